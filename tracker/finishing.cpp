// Tracker: ends that wait until the agent has finished.
#include "tracker/memory/index.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/pending_end.h"
#include "tracker/memory/rows.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

// One that timed out counts as closed, whether the sweep has noticed or not.
bool has_open_instance(Layout& layout, SlotIndex slot, Now now) noexcept {
    const std::uint32_t timeout = layout.cold(slot).living.instance_seconds.load(std::memory_order_relaxed);
    InstanceIndex index = layout.hot(slot).instances.load(std::memory_order_relaxed);
    for (std::uint32_t steps = 0; index != 0 && steps < kMaxInstanceRecords; ++steps) {
        if (!is_timed_out(layout, index, timeout, now.boot)) {
            return true;
        }
        index = layout.instance(index).next.load(std::memory_order_relaxed);
    }
    return false;
}

// true: its time was over before anybody asked, or somebody ends it in this very moment.
bool end_if_over(Layout& layout, const Located& located, Now now) noexcept {
    const EndReason ran_out = overdue(layout, located.slot, located.word, now);
    if (ran_out != EndReason::none &&
        turn_to_ending(layout, located.slot, located.word.generation(), ran_out, now.boot).by_us) {
        settle_slot(layout, located.slot, {ran_out}, now);
    }
    return SlotWord(layout.hot(located.slot).word.load(std::memory_order_acquire)).state() != SlotState::live;
}

}  // namespace

FinishResult Tracker::end_when_finished(SessionKey key, const EndRequest& request,
                                        std::optional<Millis> limit, Now now) noexcept {
    Layout& layout = *layout_;
    const ZoneGuard guard(layout, waiting_);
    if (!guard) {
        return FinishResult::busy;
    }
    const Located located = locate(layout, key);
    if (!located) {
        return FinishResult::not_found;
    }
    if (located.word.is_over() || end_if_over(layout, located, now)) {
        return FinishResult::already_gone;
    }
    if (has_open_instance(layout, located.slot, now)) {
        const PendingTimes times{now.wall, limit ? std::optional(now.boot + *limit) : std::nullopt};
        set_pending_end(layout, located.slot, request, times, now);
        return FinishResult::pending;
    }
    const Turned turned =
        turn_to_ending(layout, located.slot, located.word.generation(), request.reason, now.boot);
    if (!turned.by_us) {
        return FinishResult::already_gone;
    }
    settle_slot(layout, located.slot, request, now);
    return FinishResult::ended;
}

KeepResult Tracker::keep(SessionKey key, Now now) noexcept {
    Layout& layout = *layout_;
    const ZoneGuard guard(layout, waiting_);
    if (!guard) {
        return KeepResult::busy;
    }
    const Located located = locate(layout, key);
    if (!located) {
        return KeepResult::not_found;
    }
    if (located.word.is_over() || end_if_over(layout, located, now)) {
        return KeepResult::already_gone;
    }
    if (!is_end_pending(layout.cold(located.slot))) {
        return KeepResult::not_pending;
    }
    drop_pending_end(layout, located.slot, now);
    return KeepResult::kept;
}

std::optional<PendingEnd> Tracker::pending_end(SessionHandle handle, Now now) const {
    std::optional<PendingEnd> pending;
    if (!is_live(handle) || !is_end_pending(layout_->cold(handle.slot)) ||
        !copy_pending_end(*layout_, handle, now, pending, waiting_)) {
        return std::nullopt;
    }
    return pending;
}

}  // namespace agent_sessions::tracker
