#include "tracker/memory/session_names.h"

#include "tracker/memory/index.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/slot_filling.h"
#include "tracker/memory/slot_pool.h"

namespace agent_sessions::tracker::memory {
namespace {

// For what was sent with the earlier key before the newer one had arrived.
constexpr Millis kAliasLinger{30'000};

SlotWord word_of(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_acquire));
}

// Whether the key is free for this session; its own earlier name, which it takes again, is made so.
bool make_free(Layout& layout, SlotIndex slot, SessionKey key, Now now) noexcept {
    const Located holder = locate_name(layout, key);
    if (!holder) {
        return true;
    }
    if (holder.word.state() != SlotState::alias) {
        return false;
    }
    const Located session = locate(layout, key);
    if (session && session.slot != slot) {
        return false;
    }
    drop_alias(layout, holder.slot, now);
    return true;
}

void fill_alias(Layout& layout, SlotIndex alias, SessionKey key, SessionKey newer, const Successor& promise,
                Now now) noexcept {
    fill_slot(layout, alias, key, now.wall, Lifetime{}, now);
    ColdSlot& cold = layout.cold(alias);
    cold.over.successor_high.store(newer.high, std::memory_order_relaxed);
    cold.over.successor_low.store(newer.low, std::memory_order_relaxed);
    layout.hot(alias).successor_nonce.store(promise.available ? promise.nonce : 0, std::memory_order_relaxed);
    cold.over.successor_issued.store(promise.issued.time_since_epoch().count(), std::memory_order_relaxed);
}

void publish_alias(Transaction& change, SlotIndex alias, Now now) noexcept {
    publish(change, alias,
            SlotWord(next_generation(change.layout(), alias), SlotState::alias, EndReason::none, now.boot));
}

bool is_seen_with_own_key(Layout& layout, const Located& session) noexcept {
    return session.word.state() == SlotState::live &&
           layout.hot(session.slot).confirmed.load(std::memory_order_relaxed) != 0;
}

}  // namespace

RekeyResult rekey_session(Layout& layout, SlotIndex slot, SessionKey key, EarlierKey fate,
                          const Successor& promise, Now now) noexcept {
    const SessionKey earlier = key_of(layout, slot);
    if (earlier == key) {
        return RekeyResult::unchanged;
    }
    if (!make_free(layout, slot, key, now)) {
        return RekeyResult::taken;
    }
    if (fate != EarlierKey::freed) {
        make_room(layout, RoomFor::earlier_key, now);
    }
    HotSlot& hot = layout.hot(slot);
    Transaction change(layout);
    leave(change, earlier, slot);
    if (!enter(change, key, slot)) {
        return RekeyResult::no_room;
    }
    const auto alias = fate == EarlierKey::freed ? std::nullopt : occupy_slot(change, earlier);
    if (!alias && fate == EarlierKey::leads_on) {
        return RekeyResult::no_room;
    }
    {
        const DetailChange details(change, layout.cold(slot));
        change.set(hot.key_high, key.high);
        change.set(hot.key_low, key.low);
        change.set(hot.confirmed, std::uint8_t{0});
        char ref[kRefBytes];
        report(change, slot, alias ? EventKind::renewed : EventKind::rekeyed, now, EndReason::none,
               write_ref(earlier, ref));
    }
    if (!alias) {
        change.commit();
        return RekeyResult::rekeyed;
    }
    fill_alias(layout, *alias, earlier, key, promise, now);
    publish_alias(change, *alias, now);
    return RekeyResult::rekeyed;
}

void restore_alias(Layout& layout, SessionKey earlier, SessionKey key, Now now) noexcept {
    const Located session = locate_name(layout, key);
    if (!session || session.word.state() == SlotState::alias || locate_name(layout, earlier)) {
        return;
    }
    make_room(layout, RoomFor::earlier_key, now);
    Transaction change(layout);
    const auto alias = occupy_slot(change, earlier);
    if (!alias) {
        return;
    }
    if (session.word.state() == SlotState::live) {
        change.set(layout.hot(session.slot).confirmed, std::uint8_t{0});
    }
    fill_alias(layout, *alias, earlier, key, {}, now);
    publish_alias(change, *alias, now);
}

void drop_dead_alias(Layout& layout, SessionKey key, Now now) noexcept {
    const Located holder = locate_name(layout, key);
    if (holder && holder.word.state() == SlotState::alias && !locate(layout, key)) {
        drop_alias(layout, holder.slot, now);
    }
}

void drop_alias(Layout& layout, SlotIndex slot, Now now) noexcept {
    Transaction change(layout);
    report(change, slot, EventKind::forgotten, now);
    free_slot(change, slot);
}

void drop_alias_if_old(Layout& layout, SlotIndex slot, Now now) noexcept {
    const SlotWord word = word_of(layout, slot);
    if (word.state() != SlotState::alias) {
        return;
    }
    const Located session = locate(layout, key_of(layout, slot));
    if (session && session.word.is_over()) {
        return;
    }
    const bool has_lingered = word.reason() == kAliasReplaced && now.boot - word.time() > kAliasLinger;
    if (!session || has_lingered) {
        drop_alias(layout, slot, now);
    } else if (word.reason() != kAliasReplaced && is_seen_with_own_key(layout, session)) {
        layout.hot(slot).word.store(
            SlotWord(word.generation(), SlotState::alias, kAliasReplaced, now.boot).bits(),
            std::memory_order_release);
    }
}

}  // namespace agent_sessions::tracker::memory
