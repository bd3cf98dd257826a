// The upkeep of a zone's table in its elected worker: what ran out is ended, and what need not be remembered
// is forgotten. Each interval brings a share of the table and of the processor, worked off in slices.
// Thread safety: none (one event loop).
#pragma once

#include <cstdint>

#include "ngx_module/sliced_work.h"
#include "tracker/tracker.h"

namespace agent_sessions::ngx {

class Sweep final : public SlicedWork {
  public:
    explicit Sweep(tracker::Tracker tracker) noexcept : tracker_(tracker) {}
    ~Sweep() { give_up_turn(); }
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;

    // Brings the next share. How much of the table it is goes by `kInterval`: a round of it takes a second,
    // or longer where the share of the processor is used up before.
    void begin_share() noexcept;

    // The last share was not enough, and sessions ended in it: the next one should come after
    // kHurriedInterval.
    bool is_behind() const noexcept { return is_behind_; }

    // In ms.
    static constexpr ngx_msec_t kInterval = 125;
    static constexpr ngx_msec_t kHurriedInterval = 10;

  private:
    void take_turn(const SliceEnd& end) noexcept override;
    void work(const SliceEnd& end) noexcept;
    bool is_done() const noexcept { return accounts_left_ == 0 && slots_left_ == 0; }

    tracker::Tracker tracker_;
    std::uint32_t slot_ = 0;
    std::uint32_t account_ = 0;
    // Of the present share.
    std::uint64_t slots_left_ = 0;
    std::uint32_t accounts_left_ = 0;
    std::uint32_t turns_left_ = 0;
    std::uint64_t live_before_ = 0;
    bool is_behind_ = false;
};

}  // namespace agent_sessions::ngx
