// The refs that a request names: checked in slices, since they may be thousands, before the first of them
// counts. Thread safety: none; belongs to one task.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <unordered_set>
#include <utility>
#include <vector>

#include "admin/handle.h"
#include "tracker/types.h"

namespace agent_sessions::admin {

inline constexpr std::size_t kMaxRefs = 10'000;

class RefList {
  public:
    // Throws Refusal invalid_member: no array, none, or more than kMaxRefs.
    explicit RefList(boost::json::value refs);

    // Goes on until the slice is over; true = all were read. Throws Refusal invalid_member for what is no
    // ref.
    bool read(const Slice& slice);
    // Each once, in the order of its first mention. REQUIRES: read() said true.
    std::vector<tracker::SessionKey> take() { return std::move(keys_); }

  private:
    struct KeyHash {
        std::size_t operator()(const tracker::SessionKey& key) const noexcept {
            return static_cast<std::size_t>(key.high ^ key.low);
        }
    };

    // Few enough to read within a fraction of a slice.
    static constexpr std::size_t kRefsPerLook = 16;

    void read_one(const boost::json::value& ref);

    boost::json::array refs_;
    std::size_t next_ = 0;
    std::vector<tracker::SessionKey> keys_;
    std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
    std::pmr::unordered_set<tracker::SessionKey, KeyHash> seen_;
};

}  // namespace agent_sessions::admin
