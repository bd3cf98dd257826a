#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/addresses.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/pending_end.h"
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

// What only a living session has, so that its room is for what comes after it.
void clear_living(Transaction& change, HotSlot& hot, ColdSlot& cold) noexcept {
    clear_address(change, cold);
    release(change, cold.living.label.load(std::memory_order_relaxed));
    release(change, cold.living.user_agent.load(std::memory_order_relaxed));
    for (Shared<std::uint32_t>* word :
         {&cold.living.label, &cold.living.user_agent, &cold.living.instance_seconds,
          &cold.living.pending_since, &cold.living.pending_until, &hot.names.agent, &hot.names.label}) {
        change.set(*word, std::uint32_t{0});
    }
}

// Null: with the words that the slot has.
void settle(Layout& layout, SlotIndex slot, const EndRequest* request, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    if (word.state() != SlotState::ending) {
        return;
    }
    char by[kMaxUserBytes];
    Transaction change(layout);
    {
        const DetailChange details(change, cold);
        if (request != nullptr) {
            replace_words(change, cold, *request);
        }
        if (is_told(word.reason())) {
            change.set(hot.deadline, last_validity(layout, slot, word.time()));
        }
        change.set(cold.ended_sequence, layout.totals.next_event.load(std::memory_order_relaxed));
        count_end(change, hot.account.load(std::memory_order_relaxed),
                  hot.agent.load(std::memory_order_relaxed), now);
        change.add(layout.totals.ended, std::uint32_t{1});
        report(change, slot, EventKind::ended, now, word.reason(), {},
               request != nullptr
                   ? request->by
                   : text_view(layout, cold.ended_by.load(std::memory_order_relaxed), by, sizeof(by)));
        clear_living(change, hot, cold);
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

void replace_words(Transaction& change, ColdSlot& cold, const EndRequest& request) noexcept {
    struct Words {
        Shared<TextIndex>& place;
        TextIndex before;
        TextIndex after;
    };
    const auto words_of = [&change](Shared<TextIndex>& place, std::string_view text, std::size_t bytes) {
        return Words{place, place.load(std::memory_order_relaxed), refer(change, cut(text, bytes), 0)};
    };
    const Words words[] = {words_of(cold.ended_by, request.by, kMaxUserBytes),
                           words_of(cold.message, request.message, kMaxMessageBytes),
                           words_of(cold.why, request.why, kMaxMessageBytes)};
    for (const Words& text : words) {
        change.set(text.place, text.after);
    }
    for (const Words& text : words) {
        release(change, text.before);
    }
}

void settle_slot(Layout& layout, SlotIndex slot, const EndRequest& request, Now now) noexcept {
    settle(layout, slot, &request, now);
}

void settle_abandoned(Layout& layout, SlotIndex slot, Now now) noexcept {
    const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
    const EndRequest request{word.reason()};
    const bool ended_as_pending =
        word.reason() == EndReason::administrator && is_end_pending(layout.cold(slot));
    settle(layout, slot, ended_as_pending ? nullptr : &request, now);
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
    if (word.state() != SlotState::ended) {
        return;
    }
    Transaction change(layout);
    release(change, hot.agent.load(std::memory_order_relaxed));
    release(change, cold.ended_by.load(std::memory_order_relaxed));
    release(change, cold.message.load(std::memory_order_relaxed));
    release(change, cold.why.load(std::memory_order_relaxed));
    change.add(layout.totals.ended, ~std::uint32_t{0});
    free_slot(change, slot);
}

void free_slot(Transaction& change, SlotIndex slot) noexcept {
    Layout& layout = change.layout();
    const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
    leave(change, key_of(layout, slot), slot);
    change.set(layout.cold(slot).next_free, layout.totals.free_slots.load(std::memory_order_relaxed));
    change.set(layout.totals.free_slots, slot);
    publish(change, slot,
            SlotWord((word.generation() + 1) & SlotWord::kGenerationMask, SlotState::free, EndReason::none,
                     BootTime{}));
}

}  // namespace agent_sessions::tracker::memory
