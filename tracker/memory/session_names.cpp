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

// The reason in an alias's word: `none` until the session was seen with its newer key, then this.
constexpr EndReason kReplaced = EndReason::replaced;

SlotWord word_of(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_acquire));
}

// Whether the key is free for this session; its own earlier name, which it takes again, is made so.
bool make_free(Layout& layout, SlotIndex slot, SessionKey key) noexcept {
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
    forget_slot(layout, holder.slot);
    return true;
}

void fill_alias(Layout& layout, SlotIndex alias, SessionKey key, SessionKey newer, Now now) noexcept {
    fill_slot(layout, alias, key, now.wall, Lifetime{}, now);
    layout.cold(alias).successor_high.store(newer.high, std::memory_order_relaxed);
    layout.cold(alias).successor_low.store(newer.low, std::memory_order_relaxed);
}

bool is_seen_with_own_key(Layout& layout, const Located& session) noexcept {
    return session.word.state() == SlotState::live &&
           layout.hot(session.slot).confirmed.load(std::memory_order_relaxed) != 0;
}

}  // namespace

RekeyResult rekey_session(Layout& layout, SlotIndex slot, SessionKey key, bool keeps_alias,
                          Now now) noexcept {
    const SessionKey earlier = key_of(layout, slot);
    if (earlier == key) {
        return RekeyResult::unchanged;
    }
    if (!make_free(layout, slot, key)) {
        return RekeyResult::taken;
    }
    if (keeps_alias) {
        make_room(layout);
    }
    HotSlot& hot = layout.hot(slot);
    Transaction change(layout);
    leave(change, earlier, slot);
    if (!enter(change, key, slot)) {
        return RekeyResult::busy;
    }
    {
        const DetailChange details(change, layout.cold(slot));
        change.set(hot.key_high, key.high);
        change.set(hot.key_low, key.low);
        change.set(hot.confirmed, std::uint8_t{0});
        char ref[kRefBytes];
        report(change, slot, EventKind::rekeyed, now, EndReason::none, write_ref(earlier, ref));
    }
    const auto alias = keeps_alias ? occupy_slot(change, earlier) : std::nullopt;
    if (!alias) {
        change.commit();
        return RekeyResult::rekeyed;
    }
    fill_alias(layout, *alias, earlier, key, now);
    publish(change, *alias,
            SlotWord(next_generation(layout, *alias), SlotState::alias, EndReason::none, now.boot));
    return RekeyResult::rekeyed;
}

void drop_dead_alias(Layout& layout, SessionKey key) noexcept {
    const Located holder = locate_name(layout, key);
    if (holder && holder.word.state() == SlotState::alias && !locate(layout, key)) {
        forget_slot(layout, holder.slot);
    }
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
    const bool has_lingered = word.reason() == kReplaced && now.boot - word.time() > kAliasLinger;
    if (!session || has_lingered) {
        forget_slot(layout, slot);
    } else if (word.reason() != kReplaced && is_seen_with_own_key(layout, session)) {
        layout.hot(slot).word.store(SlotWord(word.generation(), SlotState::alias, kReplaced, now.boot).bits(),
                                    std::memory_order_release);
    }
}

}  // namespace agent_sessions::tracker::memory
