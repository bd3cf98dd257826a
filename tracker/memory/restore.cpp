#include "tracker/memory/restore.h"

#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/index.h"
#include "tracker/memory/pending_end.h"
#include "tracker/memory/quarters.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/slot_filling.h"
#include "tracker/memory/slot_pool.h"
#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

bool is_over(const RestoreRequest& request) noexcept {
    return request.reason != EndReason::none;
}

// Before this machine started counts as when it started.
BootTime to_boot(WallTime time, Now now) noexcept {
    return std::max(BootTime{Millis{0}}, now.boot - (now.wall - time));
}

// A logout is remembered for a while from its end on. Here that begins anew: so does the time in which an
// unknown cookie may be taken up again.
BootTime remembered_from(const RestoreRequest& request, Now now) noexcept {
    return request.reason == EndReason::logout ? now.boot : to_boot(request.ended_at, now);
}

EndRequest end_of(const RestoreRequest& request, EndReason reason) noexcept {
    return {reason, request.by, request.message, request.why};
}

PendingTimes pending_times_of(const RestoreRequest& request, Now now) noexcept {
    return {*request.pending_since,
            request.pending_until ? std::optional(to_boot(*request.pending_until, now)) : std::nullopt};
}

// What the segment knows stays, except that nothing known as closed by a person or rule may live, and that an
// end which was pending still is.
void restore_known(Layout& layout, const Located& known, const RestoreRequest& request, Now now) noexcept {
    if (known.word.state() != SlotState::live) {
        return;
    }
    if (is_told(request.reason)) {
        turn_to_ending(layout, known.slot, known.word.generation(), request.reason, now.boot);
        settle_slot(layout, known.slot, end_of(request, request.reason), now);
    } else if (!is_over(request) && request.pending_since && !is_end_pending(layout.cold(known.slot))) {
        // It was taken up again here: what it had open before is not known.
        layout.hot(known.slot).requests.fetch_or(kUnknownRequests, std::memory_order_relaxed);
        set_pending_end(layout, known.slot, end_of(request, EndReason::administrator),
                        pending_times_of(request, now), now);
    }
}

// REQUIRES: nobody sees the slot yet.
void fill_words(Transaction& change, ColdSlot& cold, const RestoreRequest& request) noexcept {
    cold.ended_by.store(refer(change, cut(request.by, kMaxUserBytes), 0), std::memory_order_relaxed);
    cold.message.store(refer(change, cut(request.message, kMaxMessageBytes), 0), std::memory_order_relaxed);
    cold.why.store(refer(change, cut(request.why, kMaxMessageBytes), 0), std::memory_order_relaxed);
}

void fill_live(Transaction& change, SlotIndex slot, const RestoreRequest& request, AccountIndex account,
               Now now) noexcept {
    BeginRequest begin;
    begin.agent = request.agent;
    begin.label = request.label;
    begin.address = request.address;
    begin.user_agent = request.user_agent;
    begin.lifetime.instance = request.instance;
    begin.confirmed = true;
    fill_details(change, slot, begin, account);
    recount_begin(change, account, change.layout().hot(slot).agent.load(std::memory_order_relaxed));
    note_restored(change, account, now);
    note_restored(change, kOverall, now);
}

// REQUIRES: nobody sees the slot yet.
void fill_pending_end(Transaction& change, SlotIndex slot, const RestoreRequest& request, Now now) noexcept {
    ColdSlot& cold = change.layout().cold(slot);
    fill_words(change, cold, request);
    note_pending_times(cold, pending_times_of(request, now));
}

void fill_over(Transaction& change, SlotIndex slot, const RestoreRequest& request,
               AccountIndex account) noexcept {
    Layout& layout = change.layout();
    ColdSlot& cold = layout.cold(slot);
    layout.hot(slot).agent.store(refer(change, cut(request.agent, kMaxAgentBytes), account),
                                 std::memory_order_relaxed);
    fill_words(change, cold, request);
    cold.ended_sequence.store(request.ended_sequence, std::memory_order_relaxed);
    change.add(layout.totals.ended, std::uint32_t{1});
}

}  // namespace

bool restore_session(Layout& layout, const RestoreRequest& request, Now now) noexcept {
    if (const Located known = locate(layout, request.key)) {
        restore_known(layout, known, request, now);
        return true;
    }
    if (!is_over(request) && layout.totals.live.load(std::memory_order_relaxed) >= layout.geometry.capacity) {
        return false;
    }
    drop_dead_alias(layout, request.key, now);
    Transaction change(layout);
    const auto account = obtain_account(change, request.account);
    if (!account) {
        return false;
    }
    learn_time_zone(change, *account, request.time_zone);
    const auto occupied = occupy_slot(change, request.key);
    if (!occupied) {
        return false;
    }
    const SlotIndex slot = *occupied;
    const Lifetime lifetime{request.idle, request.expires - request.started, request.instance};
    fill_slot(layout, slot, request.key, request.started, lifetime, now);
    layout.hot(slot).account.store(*account, std::memory_order_relaxed);
    layout.hot(slot).requests.store(kUnknownRequests, std::memory_order_relaxed);
    layout.cold(slot).begun_sequence.store(request.begun_sequence, std::memory_order_relaxed);
    layout.cold(slot).unrecorded.store(request.recorded ? 0 : 1, std::memory_order_relaxed);
    layout.cold(slot).memory_days.store(request.memory_days, std::memory_order_relaxed);
    if (is_over(request)) {
        fill_over(change, slot, request, *account);
        publish(change, slot,
                SlotWord(next_generation(layout, slot), SlotState::ended, request.reason,
                         remembered_from(request, now)));
    } else {
        fill_live(change, slot, request, *account, now);
        if (request.pending_since) {
            fill_pending_end(change, slot, request, now);
        }
        publish(change, slot,
                SlotWord(next_generation(layout, slot), SlotState::live, EndReason::none, now.boot));
    }
    return true;
}

void continue_after(Layout& layout, std::uint64_t sequence, std::uint64_t act) noexcept {
    if (layout.totals.next_event.load(std::memory_order_relaxed) <= sequence) {
        layout.totals.next_event.store(sequence + 1, std::memory_order_relaxed);
        layout.visible_events.store(sequence + 1, std::memory_order_release);
        layout.history.committed_sequence.store(sequence, std::memory_order_release);
    }
    const std::uint64_t next_act = layout.totals.next_act.load(std::memory_order_relaxed);
    if (next_act <= act) {
        // Their numbers are those of others by now.
        layout.history.lost.fetch_add(next_act - layout.history.saved_acts.load(), std::memory_order_relaxed);
        layout.totals.next_act.store(act + 1, std::memory_order_relaxed);
        layout.history.saved_acts.store(act + 1, std::memory_order_release);
    }
}

}  // namespace agent_sessions::tracker::memory
