#include "tracker/memory/event_ring.h"

#include <algorithm>

#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {

void append_event(Transaction& change, const EventFacts& facts, Now now) noexcept {
    Layout& layout = change.layout();
    const std::uint64_t sequence = layout.totals.next_event.load(std::memory_order_relaxed);
    EventRecord& record = layout.event(sequence);
    record.sequence.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    record.wall = now.wall.time_since_epoch().count();
    record.key_high = facts.key.high;
    record.key_low = facts.key.low;
    record.started = facts.started.time_since_epoch().count();
    record.kind = static_cast<std::uint8_t>(facts.kind);
    record.reason = static_cast<std::uint8_t>(facts.reason);
    record.account = facts.account;
    record.unrecorded = facts.recorded ? 0 : 1;
    const std::string_view text = cut(facts.text, sizeof(record.text));
    const std::string_view by = cut(facts.by, sizeof(record.by));
    record.text_length = static_cast<std::uint8_t>(text.size());
    record.by_length = static_cast<std::uint8_t>(by.size());
    // Nothing of the event that stood here before is left behind a shorter text.
    std::fill(std::copy(text.begin(), text.end(), record.text), std::end(record.text), '\0');
    std::fill(std::copy(by.begin(), by.end(), record.by), std::end(record.by), '\0');
    record.sequence.store(sequence, std::memory_order_release);
    change.set(layout.totals.next_event, sequence + 1);
    change.add(layout.totals.changes, std::uint64_t{1});
}

EventRead read_event(Layout& layout, std::uint64_t sequence, Event& event) {
    if (sequence >= layout.visible_events.load(std::memory_order_acquire)) {
        return EventRead::none_yet;
    }
    EventRecord& record = layout.event(sequence);
    if (record.sequence.load(std::memory_order_acquire) != sequence) {
        return EventRead::overwritten;
    }
    event.sequence = sequence;
    event.kind = static_cast<EventKind>(record.kind);
    event.reason = static_cast<EndReason>(record.reason);
    event.account = record.account;
    event.recorded = record.unrecorded == 0;
    event.at = instant_of<WallTime>(record.wall);
    event.key = {record.key_high, record.key_low};
    event.started = instant_of<WallTime>(record.started);
    event.text.assign(record.text, std::min<std::size_t>(record.text_length, sizeof(record.text)));
    event.by.assign(record.by, std::min<std::size_t>(record.by_length, sizeof(record.by)));
    std::atomic_thread_fence(std::memory_order_acquire);
    return record.sequence.load(std::memory_order_relaxed) == sequence ? EventRead::read
                                                                       : EventRead::overwritten;
}

std::uint64_t next_event(Layout& layout) noexcept {
    return layout.visible_events.load(std::memory_order_acquire);
}

std::uint64_t oldest_event(Layout& layout) noexcept {
    const std::uint64_t next = next_event(layout);
    return next > layout.geometry.events ? next - layout.geometry.events : 1;
}

}  // namespace agent_sessions::tracker::memory
