#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/slot_filling.h"
#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

// Seconds of the boot clock after which the cookie of a session that was closed at `end` can't be good.
std::uint32_t last_validity(Layout& layout, SlotIndex slot, BootTime end) noexcept {
    const std::chrono::days memory{layout.cold(slot).memory_days.load(std::memory_order_relaxed)};
    return std::max(layout.hot(slot).deadline.load(std::memory_order_relaxed),
                    memory.count() == 0 ? 0 : seconds_of((end + memory).time_since_epoch()));
}

}  // namespace

void note_last_seen(Layout& layout, SlotIndex slot, SlotWord live) noexcept {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(live.time().time_since_epoch()).count();
    layout.cold(slot).last_seen.store(static_cast<std::uint32_t>(seconds), std::memory_order_relaxed);
}

Turned turn_to_ending(Layout& layout, SlotIndex slot, std::uint32_t generation, EndReason reason,
                      BootTime now) noexcept {
    auto& word = layout.hot(slot).word;
    std::uint64_t bits = word.load(std::memory_order_acquire);
    for (;;) {
        const SlotWord current(bits);
        if (current.generation() != generation || current.state() != SlotState::live) {
            return {current, false};
        }
        const SlotWord ending(generation, SlotState::ending, reason, now);
        note_last_seen(layout, slot, current);
        step();
        if (word.compare_exchange_weak(bits, ending.bits(), std::memory_order_acq_rel)) {
            step();
            return {ending, true};
        }
    }
}

void settle_slot(Layout& layout, SlotIndex slot, const EndRequest& request, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    if (word.state() != SlotState::ending) {
        return;
    }
    Transaction change(layout);
    {
        const DetailChange details(change, cold);
        change.set(cold.ended_by, refer(change, cut(request.by, kMaxUserBytes), 0));
        change.set(cold.message, refer(change, cut(request.message, kMaxMessageBytes), 0));
        change.set(cold.why, refer(change, cut(request.why, kMaxMessageBytes), 0));
        if (is_told(word.reason())) {
            change.set(hot.deadline, last_validity(layout, slot, word.time()));
        }
        change.set(cold.ended_sequence, layout.totals.next_event.load(std::memory_order_relaxed));
        count_end(change, hot.account.load(std::memory_order_relaxed),
                  hot.agent.load(std::memory_order_relaxed), now);
        change.add(layout.totals.ended, std::uint32_t{1});
        report(change, slot, EventKind::ended, now, word.reason(), {}, request.by);
        for (Shared<TextIndex>* text : {&cold.label, &cold.address, &cold.user_agent}) {
            release(change, text->load(std::memory_order_relaxed));
            change.set(*text, TextIndex{0});
        }
        for (std::uint32_t removed = 0;
             hot.instances.load(std::memory_order_relaxed) != 0 && removed < kMaxInstanceRecords; ++removed) {
            remove_instance(change, hot.instances, hot.instances.load(std::memory_order_relaxed));
        }
        if (hot.instances.load(std::memory_order_relaxed) != 0) {
            change.set(hot.instances, InstanceIndex{0});  // damage: a chain that never ends
        }
    }
    publish(change, slot, word.with_state(SlotState::ended));
}

bool is_saved(Layout& layout, SlotIndex slot) noexcept {
    const HistoryMarks& history = layout.history;
    return history.state.load(std::memory_order_relaxed) == static_cast<std::uint32_t>(HistoryState::none) ||
           layout.cold(slot).ended_sequence.load(std::memory_order_relaxed) <=
               history.committed_sequence.load(std::memory_order_acquire);
}

void forget_slot(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    if (word.state() != SlotState::ended && word.state() != SlotState::alias) {
        return;
    }
    Transaction change(layout);
    leave(change, key_of(layout, slot), slot);
    release(change, hot.agent.load(std::memory_order_relaxed));
    release(change, cold.ended_by.load(std::memory_order_relaxed));
    release(change, cold.message.load(std::memory_order_relaxed));
    release(change, cold.why.load(std::memory_order_relaxed));
    if (word.state() == SlotState::ended) {
        change.add(layout.totals.ended, ~std::uint32_t{0});
    }
    change.set(cold.next_free, layout.totals.free_slots.load(std::memory_order_relaxed));
    change.set(layout.totals.free_slots, slot);
    publish(change, slot,
            SlotWord((word.generation() + 1) & SlotWord::kGenerationMask, SlotState::free, EndReason::none,
                     BootTime{}));
}

}  // namespace agent_sessions::tracker::memory
