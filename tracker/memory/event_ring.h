// The ring of events: written in the change that causes the event, read without the lock.
#pragma once

#include "tracker/events.h"
#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

struct EventFacts {
    EventKind kind;
    EndReason reason = EndReason::none;
    AccountIndex account = 0;
    SessionKey key;
    WallTime started{};
    std::string_view text{};
    std::string_view by{};
    bool recorded = true;
};

void append_event(Transaction& change, const EventFacts& facts, Now now) noexcept;

// Puts another text into an event that stands there already; whoever reads it meanwhile is told that it is
// overwritten. REQUIRES: the zone's lock.
void replace_event_text(EventRecord& record, std::string_view text) noexcept;

EventRead read_event(Layout& layout, std::uint64_t sequence, Event& event);

// The oldest sequence that the ring still holds, and the one that comes next.
std::uint64_t oldest_event(Layout& layout) noexcept;
std::uint64_t next_event(Layout& layout) noexcept;

}  // namespace agent_sessions::tracker::memory
