#include "tracker/memory/slot_change.h"

#include "tracker/memory/event_ring.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {

void report(Transaction& change, SlotIndex slot, EventKind kind, Now now, EndReason reason,
            std::string_view text, std::string_view by) noexcept {
    Layout& layout = change.layout();
    HotSlot& hot = layout.hot(slot);
    const bool is_recorded = layout.cold(slot).unrecorded.load(std::memory_order_relaxed) == 0;
    char agent[kMaxAgentBytes];
    if (text.empty() && is_recorded) {
        text = text_view(layout, hot.agent.load(std::memory_order_relaxed), agent, sizeof(agent));
    }
    append_event(change,
                 {kind, reason, hot.account.load(std::memory_order_relaxed), key_of(layout, slot),
                  started_of(layout, slot), text, by, is_recorded},
                 now);
}

void publish(Transaction& change, SlotIndex slot, SlotWord word) noexcept {
    change.decided_by(slot, word);
    change.layout().hot(slot).word.store(word.bits(), std::memory_order_release);
    change.commit();
}

std::uint32_t next_generation(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_relaxed)).generation();
}

}  // namespace agent_sessions::tracker::memory
