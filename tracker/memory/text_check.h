// Checks the pool of texts: every block is part of one text or free, and what texts count is what names them.
// Thread safety: none. REQUIRES: the lock, or nobody else attached; the high-water marks are within their
// areas.
#pragma once

#include <cstdint>
#include <vector>

#include "tracker/memory/faults.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

class TextCheck {
  public:
    TextCheck(Layout& layout, FaultList& faults);

    // `where` names this text; 0 is ignored.
    void refer_to(TextIndex text, Subject where) {
        if (text >= tallies_.size()) [[unlikely]] {
            faults_.add(where, "names a text that does not exist");
        } else {
            ++tallies_[text].references;
        }
    }
    // A live session is of the agent of this name; 0 is ignored.
    void count_live(TextIndex agent) {
        if (agent < tallies_.size()) {
            ++tallies_[agent].live;
        }
    }

    // Of each account, how many agents have live sessions. REQUIRES: every reference has been told. O(pool).
    std::vector<std::uint32_t> run();

  private:
    // What a recount gives of a text.
    struct Tally {
        std::uint32_t references = 0;
        std::uint32_t live = 0;
    };
    static constexpr std::uint32_t kNoBucket = ~std::uint32_t{0};
    // Where a text that somebody names stands in a bucket: what chains are followed by, small enough to stay
    // near the processor.
    struct Link {
        TextIndex next = 0;
        std::uint32_t bucket = kNoBucket;
    };

    void check_named_texts();
    void check_counts(TextIndex text);
    void check_blocks(TextIndex text);
    void check_buckets();
    bool check_chain(std::uint32_t bucket, std::uint64_t& found);
    void check_free_blocks();

    Layout& layout_;
    FaultList& faults_;
    std::vector<Tally> tallies_;
    std::vector<Link> links_;
    std::vector<bool> is_used_;
    std::vector<bool> is_in_bucket_;
    std::vector<std::uint32_t> agents_;
    std::uint64_t named_ = 0;
    std::uint64_t blocks_ = 0;
};

}  // namespace agent_sessions::tracker::memory
