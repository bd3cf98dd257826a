// Tracker: what the history is to keep, and whether it has.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "tracker/memory/acts.h"
#include "tracker/memory/erasure.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/raise.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

std::optional<ActTicket> Tracker::record_act(const ActRequest& request, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    return guard ? append_act(*layout_, request, now) : std::nullopt;
}

void Tracker::erase_agent(ErasureCursor& cursor, const ErasureRequest& request,
                          std::uint32_t places) noexcept {
    memory::erase_agent(*layout_, cursor, request, places, waiting_);
}

std::optional<std::uint64_t> Tracker::finish_act(const ActTicket& ticket, std::uint64_t ended,
                                                 Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    return guard ? std::optional(memory::finish_act(*layout_, ticket, ended, now)) : std::nullopt;
}

std::uint64_t Tracker::latest_sequence() const noexcept {
    return next_event(*layout_) - 1;
}

bool Tracker::is_committed(std::uint64_t sequence) const noexcept {
    return layout_->history.committed_sequence.load(std::memory_order_acquire) >= sequence;
}

void Tracker::wake_history() noexcept {
    layout_->history.doorbell.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, &layout_->history.doorbell, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void Tracker::await_history(std::uint64_t sequence) noexcept {
    raise(layout_->history.awaited_sequence, sequence);
    wake_history();
}

void Tracker::hold_history(Now now) noexcept {
    raise(layout_->history.held_until, (now.boot + kLongestHold).time_since_epoch().count());
}

HistoryStatus Tracker::history_status() const noexcept {
    const HistoryMarks& history = layout_->history;
    HistoryStatus status;
    status.state = static_cast<HistoryState>(history.state.load(std::memory_order_acquire));
    status.error = history.error.load(std::memory_order_relaxed);
    status.committed_sequence = history.committed_sequence.load(std::memory_order_acquire);
    status.latest_sequence = latest_sequence();
    status.unsaved_acts = layout_->totals.next_act.load(std::memory_order_relaxed) -
                          history.saved_acts.load(std::memory_order_relaxed);
    status.act_room = layout_->geometry.acts;
    status.lost = history.lost.load(std::memory_order_relaxed);
    status.last_commit = BootTime{Millis{history.last_commit.load(std::memory_order_acquire)}};
    return status;
}

}  // namespace agent_sessions::tracker
