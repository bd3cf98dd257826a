#include "tracker/memory/event_ring.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

// A record may be overwritten while somebody reads it, who notices that afterwards: so every word of it is
// read and written as a whole.
template <typename T>
T take(T& word) noexcept {
    return std::atomic_ref(word).load(std::memory_order_relaxed);
}

template <typename T>
void put(T& word, std::type_identity_t<T> value) noexcept {
    std::atomic_ref(word).store(value, std::memory_order_relaxed);
}

template <std::size_t Size>
std::uint64_t& word_of(char (&text)[Size], std::size_t index) noexcept {
    static_assert(Size % sizeof(std::uint64_t) == 0);
    return reinterpret_cast<std::uint64_t*>(text)[index];
}

// Nothing of the text that stood here before is left behind a shorter one.
template <std::size_t Size>
void put_text(char (&place)[Size], std::string_view text) noexcept {
    char padded[Size] = {};
    std::copy(text.begin(), text.end(), padded);
    for (std::size_t index = 0; index < Size / sizeof(std::uint64_t); ++index) {
        std::uint64_t word = 0;
        std::memcpy(&word, padded + index * sizeof(word), sizeof(word));
        put(word_of(place, index), word);
    }
}

template <std::size_t Size>
void take_text(char (&place)[Size], std::size_t length, std::string& text) {
    char copied[Size];
    for (std::size_t index = 0; index < Size / sizeof(std::uint64_t); ++index) {
        const std::uint64_t word = take(word_of(place, index));
        std::memcpy(copied + index * sizeof(word), &word, sizeof(word));
    }
    text.assign(copied, std::min(length, Size));
}

}  // namespace

static_assert(offsetof(EventRecord, text) % sizeof(std::uint64_t) == 0 &&
              offsetof(EventRecord, by) % sizeof(std::uint64_t) == 0);

void append_event(Transaction& change, const EventFacts& facts, Now now) noexcept {
    Layout& layout = change.layout();
    const std::uint64_t sequence = layout.totals.next_event.load(std::memory_order_relaxed);
    EventRecord& record = layout.event(sequence);
    record.sequence.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    put(record.wall, now.wall.time_since_epoch().count());
    put(record.key_high, facts.key.high);
    put(record.key_low, facts.key.low);
    put(record.started, facts.started.time_since_epoch().count());
    put(record.kind, static_cast<std::uint8_t>(facts.kind));
    put(record.reason, static_cast<std::uint8_t>(facts.reason));
    put(record.account, facts.account);
    put(record.unrecorded, facts.recorded ? 0 : 1);
    const std::string_view text = cut(facts.text, sizeof(record.text));
    const std::string_view by = cut(facts.by, sizeof(record.by));
    put(record.text_length, static_cast<std::uint8_t>(text.size()));
    put(record.by_length, static_cast<std::uint8_t>(by.size()));
    put_text(record.text, text);
    put_text(record.by, by);
    record.sequence.store(sequence, std::memory_order_release);
    change.set(layout.totals.next_event, sequence + 1);
    change.add(layout.totals.changes, std::uint64_t{1});
}

void replace_event_text(EventRecord& record, std::string_view text) noexcept {
    const std::uint64_t sequence = record.sequence.load(std::memory_order_relaxed);
    record.sequence.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    text = cut(text, sizeof(record.text));
    put(record.text_length, static_cast<std::uint8_t>(text.size()));
    put_text(record.text, text);
    record.sequence.store(sequence, std::memory_order_release);
}

namespace {

bool is_there(EventRecord& record, std::uint64_t sequence) noexcept {
    std::atomic_thread_fence(std::memory_order_acquire);
    return record.sequence.load(std::memory_order_acquire) == sequence;
}

// An erasure puts another text into an event of the same number. What was read while it did so was cut off by
// it, or differs from what stands there afterwards.
EventRead read_text(EventRecord& record, std::uint64_t sequence, std::string& text) {
    constexpr int kTries = 3;
    std::string again;
    for (int tries = 0; tries < kTries; ++tries) {
        take_text(record.text, take(record.text_length), text);
        if (!is_there(record, sequence)) {
            return EventRead::overwritten;
        }
        take_text(record.text, take(record.text_length), again);
        if (text == again) {
            return is_there(record, sequence) ? EventRead::read : EventRead::overwritten;
        }
    }
    return EventRead::overwritten;
}

}  // namespace

EventRead read_event(Layout& layout, std::uint64_t sequence, Event& event) {
    if (sequence >= layout.visible_events.load(std::memory_order_acquire)) {
        return EventRead::none_yet;
    }
    EventRecord& record = layout.event(sequence);
    if (record.sequence.load(std::memory_order_acquire) != sequence) {
        return EventRead::overwritten;
    }
    event.sequence = sequence;
    event.kind = static_cast<EventKind>(take(record.kind));
    event.reason = static_cast<EndReason>(take(record.reason));
    event.account = take(record.account);
    event.recorded = take(record.unrecorded) == 0;
    event.at = instant_of<WallTime>(take(record.wall));
    event.key = {take(record.key_high), take(record.key_low)};
    event.started = instant_of<WallTime>(take(record.started));
    take_text(record.by, take(record.by_length), event.by);
    return read_text(record, sequence, event.text);
}

std::uint64_t next_event(Layout& layout) noexcept {
    return layout.visible_events.load(std::memory_order_acquire);
}

std::uint64_t oldest_event(Layout& layout) noexcept {
    const std::uint64_t next = next_event(layout);
    return next > layout.geometry.events ? next - layout.geometry.events : 1;
}

}  // namespace agent_sessions::tracker::memory
