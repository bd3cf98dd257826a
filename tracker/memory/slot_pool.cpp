#include "tracker/memory/slot_pool.h"

#include "tracker/memory/index.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"

namespace agent_sessions::tracker::memory {
namespace {

// What only helps comfort may make room for a begin; what protects may not. A logout protects until its
// cookie, unless it is the application's own, is too old to begin a session.
bool is_expendable(Layout& layout, SlotIndex slot, SlotWord word, Now now) noexcept {
    if (word.state() != SlotState::ended) {
        return false;
    }
    if (is_run_out(word.reason())) {
        return true;
    }
    const ColdSlot& cold = layout.cold(slot);
    const std::chrono::seconds last_seen{cold.last_seen.load(std::memory_order_relaxed)};
    const std::chrono::seconds idle{layout.hot(slot).idle_seconds.load(std::memory_order_relaxed)};
    return word.reason() == EndReason::logout && cold.memory_days.load(std::memory_order_relaxed) == 0 &&
           now.boot.time_since_epoch() > last_seen + idle;
}

bool has_free_slot(Layout& layout) noexcept {
    return layout.totals.free_slots.load(std::memory_order_relaxed) < layout.geometry.slots ||
           layout.totals.fresh_slots.load(std::memory_order_relaxed) < layout.geometry.slots;
}

// Nobody is kept out by an earlier key; only another earlier key waits until the newer one was seen.
bool gives_way(SlotWord alias, RoomFor room) noexcept {
    return alias.state() == SlotState::alias &&
           (room == RoomFor::session || alias.reason() == kAliasReplaced);
}

// An alias that an ended session keeps goes on to be refused.
bool leads_to_living(Layout& layout, SlotIndex alias) noexcept {
    const Located session = locate(layout, key_of(layout, alias));
    return !session || !session.word.is_over();
}

void reclaim_one(Layout& layout, RoomFor room, Now now) noexcept {
    constexpr std::uint32_t kLooks = 64;
    Totals& totals = layout.totals;
    const std::uint32_t fresh = layout.used_slots();
    std::uint32_t hand = totals.reclaim_hand.load(std::memory_order_relaxed);
    SlotIndex unsaved = kNoSlot;
    for (std::uint32_t look = 0; look < kLooks && fresh != 0; ++look) {
        hand = hand + 1 < fresh ? hand + 1 : 0;
        const SlotWord word(layout.hot(hand).word.load(std::memory_order_relaxed));
        if (gives_way(word, room) && leads_to_living(layout, hand)) {
            drop_alias(layout, hand, now);
            unsaved = kNoSlot;
            break;
        }
        if (!is_expendable(layout, hand, word, now)) {
            continue;
        }
        if (is_saved(layout, hand)) {
            forget_slot(layout, hand);
            unsaved = kNoSlot;
            break;
        }
        unsaved = hand;
    }
    if (unsaved != kNoSlot) {
        layout.history.lost.fetch_add(1, std::memory_order_relaxed);
        forget_slot(layout, unsaved);
    }
    totals.reclaim_hand.store(hand, std::memory_order_relaxed);
}

}  // namespace

void make_room(Layout& layout, RoomFor room, Now now) noexcept {
    if (!has_free_slot(layout)) {
        reclaim_one(layout, room, now);
    }
}

std::optional<SlotIndex> occupy_slot(Transaction& change, SessionKey key) noexcept {
    Layout& layout = change.layout();
    Totals& totals = layout.totals;
    if (!has_free_slot(layout)) {
        return std::nullopt;
    }
    SlotIndex slot = totals.free_slots.load(std::memory_order_relaxed);
    if (slot < layout.geometry.slots) {
        change.set(totals.free_slots, layout.cold(slot).next_free.load(std::memory_order_relaxed));
    } else {
        slot = totals.fresh_slots.load(std::memory_order_relaxed);
        change.set(totals.fresh_slots, slot + 1);
    }
    return enter(change, key, slot) ? std::optional(slot) : std::nullopt;
}

}  // namespace agent_sessions::tracker::memory
