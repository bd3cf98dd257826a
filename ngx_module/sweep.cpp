#include "ngx_module/sweep.h"

#include <algorithm>

#include "ngx_module/clock.h"
#include "ngx_module/guard.h"

namespace agent_sessions::ngx {

namespace {

// 0.7 ms of processor time.
constexpr std::uint32_t kTurnsPerShare = 17;
constexpr std::uint32_t kAccountsPerShare = 256;
constexpr std::uint32_t kAccountsPerLook = 16;
// Few enough to end all of them within a fraction of a slice.
constexpr std::uint32_t kSlotsPerLook = 16;

}  // namespace

void Sweep::begin_share() noexcept {
    const tracker::Tracker::Figures figures = tracker_.figures();
    slots_left_ = figures.slots * kInterval / 1000 + 1;
    accounts_left_ = kAccountsPerShare;
    turns_left_ = kTurnsPerShare;
    live_before_ = figures.live;
    is_behind_ = false;
    ask_for_turn();
}

void Sweep::take_turn(const SliceEnd& end) noexcept {
    guard(ngx_cycle->log, "a sweep of the table", [this, &end] { work(end); });
    --turns_left_;
    if (is_done() || turns_left_ == 0) {
        is_behind_ = !is_done() && tracker_.figures().live < live_before_;
        return;
    }
    ask_for_turn();
}

void Sweep::work(const SliceEnd& end) noexcept {
    const tracker::Now now = cached_now();
    while (!is_done()) {
        if (accounts_left_ > 0) {
            account_ = tracker_.roll_quarters(account_, kAccountsPerLook, now);
            accounts_left_ = account_ == 0 ? 0 : accounts_left_ - kAccountsPerLook;  // at most one round
        } else {
            const auto slots =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(slots_left_, kSlotsPerLook));
            slot_ = tracker_.sweep(slot_, slots, now);
            slots_left_ = slot_ == 0 ? 0 : slots_left_ - slots;
        }
        if (end.is_past()) {
            return;
        }
    }
}

}  // namespace agent_sessions::ngx
