#include "tracker/memory/slot_pool.h"

#include "tracker/memory/index.h"
#include "tracker/memory/session_table.h"

namespace agent_sessions::tracker::memory {
namespace {

// What only helps comfort may make room for a begin; what protects (told, logout) may not.
bool is_expendable(SlotWord word) noexcept {
    return word.state() == SlotState::ended && is_run_out(word.reason());
}

bool has_free_slot(Layout& layout) noexcept {
    return layout.totals.free_slots.load(std::memory_order_relaxed) < layout.geometry.slots ||
           layout.totals.fresh_slots.load(std::memory_order_relaxed) < layout.geometry.slots;
}

void reclaim_one(Layout& layout) noexcept {
    constexpr std::uint32_t kLooks = 64;
    Totals& totals = layout.totals;
    const std::uint32_t fresh = layout.used_slots();
    std::uint32_t hand = totals.reclaim_hand.load(std::memory_order_relaxed);
    SlotIndex unsaved = kNoSlot;
    for (std::uint32_t look = 0; look < kLooks && fresh != 0; ++look) {
        hand = hand + 1 < fresh ? hand + 1 : 0;
        if (!is_expendable(SlotWord(layout.hot(hand).word.load(std::memory_order_relaxed)))) {
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

void make_room(Layout& layout) noexcept {
    if (!has_free_slot(layout)) {
        reclaim_one(layout);
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
