// Tracker: ending sessions, and what is remembered of ended ones.
#include <algorithm>

#include "tracker/memory/index.h"
#include "tracker/memory/rows.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/transaction.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

// How long tabs that bring the same run-out cookie get the same next session (PRODUCT 4).
constexpr Millis kSamePromise{10'000};

bool is_over(Layout& layout, SessionHandle handle) noexcept {
    if (handle.slot >= layout.geometry.slots) {
        return false;
    }
    const SlotWord word(layout.hot(handle.slot).word.load(std::memory_order_acquire));
    return word.generation() == handle.generation && word.is_over();
}

bool is_state(Layout& layout, SessionHandle handle, SlotState state) noexcept {
    if (handle.slot >= layout.geometry.slots) {
        return false;
    }
    const SlotWord word(layout.hot(handle.slot).word.load(std::memory_order_acquire));
    return word.generation() == handle.generation && word.state() == state;
}

// Whether it has ended, and what comes after it can be noted. One whose time is over is made so, where nobody
// has come to it yet; who was told by whom is for that one to say. REQUIRES: the lock.
bool is_settled(Layout& layout, SessionHandle handle, Now now) noexcept {
    if (is_state(layout, handle, SlotState::ending)) {
        const EndReason reason(SlotWord(layout.hot(handle.slot).word.load()).reason());
        if (!is_told(reason)) {
            settle_slot(layout, handle.slot, {reason}, now);
        }
    }
    return is_state(layout, handle, SlotState::ended);
}

// A session that was handed out but whose cookie has not come back yet: a lost answer, or a client that
// ignores it.
bool is_live_and_unseen(Layout& layout, SessionKey key) noexcept {
    const Located located = locate(layout, key);
    return located && located.word.state() == SlotState::live &&
           layout.hot(located.slot).confirmed.load(std::memory_order_relaxed) == 0;
}

SessionKey successor_key(const ColdSlot& cold) noexcept {
    return {cold.over.successor_high.load(std::memory_order_relaxed),
            cold.over.successor_low.load(std::memory_order_relaxed)};
}

// REQUIRES: an ended slot.
bool promise_holds(Layout& layout, SlotIndex slot, Now now) noexcept {
    const ColdSlot& cold = layout.cold(slot);
    if (layout.hot(slot).successor_nonce.load(std::memory_order_relaxed) == 0) {
        return false;
    }
    const auto issued = instant_of<WallTime>(cold.over.successor_issued.load(std::memory_order_relaxed));
    // A clock set back makes the age negative: then the promise is not new either.
    const Millis age = now.wall - issued;
    return (age >= Millis{0} && age < kSamePromise) || is_live_and_unseen(layout, successor_key(cold));
}

// Names are read without the lock: a session that takes another name in this very moment may count as either.
bool is_in(Layout& layout, SlotIndex slot, const Tracker::EndScope& scope) noexcept {
    HotSlot& hot = layout.hot(slot);
    if (scope.account && hot.account.load(std::memory_order_relaxed) != *scope.account) {
        return false;
    }
    if (layout.cold(slot).begun_sequence.load(std::memory_order_relaxed) > scope.begun_by) {
        return false;
    }
    if (!scope.agent) {
        return true;
    }
    const TextIndex agent = hot.agent.load(std::memory_order_relaxed);
    return scope.agent->empty() ? agent == 0
                                : agent != 0 && agent < layout.geometry.texts &&
                                      equals(layout, agent, cut(*scope.agent, kMaxAgentBytes));
}

}  // namespace

EndResult Tracker::end(SessionKey key, const EndRequest& request, Now now) noexcept {
    Layout& layout = *layout_;
    const ZoneGuard guard(layout, waiting_);
    const Located located = locate(layout, key);
    if (!located) {
        return EndResult::not_found;
    }
    if (located.word.is_over()) {
        return EndResult::already_gone;
    }
    const std::uint32_t generation = located.word.generation();
    // One that is over its time but was not swept yet ran out before anybody ended it.
    const EndReason ran_out = overdue(layout, located.slot, located.word, now);
    const EndReason reason = ran_out == EndReason::none ? request.reason : ran_out;
    const Turned turned = turn_to_ending(layout, located.slot, generation, reason, now.boot);
    if (turned.word.generation() != generation) {
        return EndResult::not_found;
    }
    const bool is_ours = turned.by_us && ran_out == EndReason::none;
    if (!guard) {
        return is_ours ? EndResult::ended_unsettled : EndResult::already_gone;
    }
    settle_slot(layout, located.slot, is_ours ? request : EndRequest{turned.word.reason()}, now);
    return is_ours ? EndResult::ended : EndResult::already_gone;
}

std::uint64_t Tracker::end_all(RowCursor& cursor, std::uint32_t slots, const EndScope& scope,
                               const EndRequest& request, Now now) noexcept {
    Layout& layout = *layout_;
    std::uint64_t ended = 0;
    const std::uint32_t used = layout.used_slots();
    const std::uint32_t end = std::min(used - std::min(used, cursor.next_slot), slots) + cursor.next_slot;
    for (; cursor.next_slot < end; ++cursor.next_slot) {
        const SlotIndex slot = cursor.next_slot;
        const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
        if (word.state() != SlotState::live || !is_in(layout, slot, scope)) {
            continue;
        }
        const ZoneGuard guard(layout, waiting_);
        if (!guard) {
            return ended;
        }
        // One that is over its time but was not swept yet ran out before anybody ended it.
        const EndReason ran_out = overdue(layout, slot, word, now);
        const EndRequest why = ran_out == EndReason::none ? request : EndRequest{ran_out};
        if (turn_to_ending(layout, slot, word.generation(), why.reason, now.boot).by_us) {
            settle_slot(layout, slot, why, now);
            ended += ran_out == EndReason::none ? 1 : 0;
        }
    }
    cursor.done = cursor.next_slot >= used;
    return ended;
}

bool Tracker::settle(SessionKey key, const EndRequest& request, Now now) noexcept {
    Layout& layout = *layout_;
    const ZoneGuard guard(layout, waiting_);
    if (!guard) {
        return false;
    }
    if (const Located located = locate(layout, key)) {
        settle_slot(layout, located.slot, request, now);
    }
    return true;
}

std::optional<EndedFacts> Tracker::ended_facts(SessionHandle handle) {
    EndedFacts facts;
    return copy_ended(*layout_, handle, facts, waiting_) ? std::optional(std::move(facts)) : std::nullopt;
}

bool Tracker::note_message_shown(SessionHandle handle, std::uint32_t url_hash) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || !is_over(*layout_, handle)) {
        return false;
    }
    ColdSlot& cold = layout_->cold(handle.slot);
    const bool is_known =
        std::any_of(std::begin(cold.shown_urls), std::end(cold.shown_urls),
                    [&](const auto& url) { return url.load(std::memory_order_relaxed) == url_hash; });
    if (!is_known) {
        Transaction change(*layout_);
        const std::uint8_t next = cold.shown_next.load(std::memory_order_relaxed);
        change.set(cold.shown_urls[next % kShownUrls], url_hash);
        change.set(cold.shown_next, static_cast<std::uint8_t>(next + 1));
        change.commit();
    }
    return true;
}

bool Tracker::was_message_shown(SessionHandle handle, std::uint32_t url_hash) noexcept {
    if (!is_over(*layout_, handle)) {
        return false;
    }
    ColdSlot& cold = layout_->cold(handle.slot);
    return std::any_of(std::begin(cold.shown_urls), std::end(cold.shown_urls),
                       [&](const auto& url) { return url.load(std::memory_order_relaxed) == url_hash; });
}

bool Tracker::use_reactivation(SessionHandle handle, std::uint32_t reactivations) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || !is_over(*layout_, handle)) {
        return false;
    }
    ColdSlot& cold = layout_->cold(handle.slot);
    if (cold.reactivations.load(std::memory_order_relaxed) != reactivations) {
        return false;
    }
    Transaction change(*layout_);
    change.set(cold.reactivations, reactivations + 1);
    change.commit();
    return true;
}

Successor Tracker::successor(SessionHandle handle, std::uint64_t nonce, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || !is_settled(*layout_, handle, now)) {
        return {};
    }
    HotSlot& hot = layout_->hot(handle.slot);
    ColdSlot::Over& over = layout_->cold(handle.slot).over;
    if (!promise_holds(*layout_, handle.slot, now)) {
        Transaction change(*layout_);
        change.set(hot.successor_nonce, nonce == 0 ? 1 : nonce);
        change.set(over.successor_issued, std::int64_t{now.wall.time_since_epoch().count()});
        change.set(over.successor_high, std::uint64_t{0});
        change.set(over.successor_low, std::uint64_t{0});
        change.commit();
    }
    return {true, hot.successor_nonce.load(std::memory_order_relaxed),
            instant_of<WallTime>(over.successor_issued.load(std::memory_order_relaxed))};
}

void Tracker::note_successor(SessionHandle handle, SessionKey successor) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || !is_state(*layout_, handle, SlotState::ended)) {
        return;
    }
    ColdSlot::Over& over = layout_->cold(handle.slot).over;
    Transaction change(*layout_);
    change.set(over.successor_high, successor.high);
    change.set(over.successor_low, successor.low);
    change.commit();
}

Remembered Tracker::remember_run_out(SessionKey key, WallTime started, std::string_view account,
                                     const Lifetime& lifetime, Now now,
                                     std::optional<SessionKey> predecessor) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return {Remembered::Result::busy, {}};
    }
    const auto handle = enter_run_out(*layout_, key, started, account, lifetime, predecessor, now);
    return handle ? Remembered{Remembered::Result::remembered, *handle}
                  : Remembered{Remembered::Result::no_room, {}};
}

}  // namespace agent_sessions::tracker
