// What followers read: every change that is not a touch, in order. See ARCHITECTURE "one spine".
#pragma once

#include <string>

#include "tracker/types.h"

namespace agent_sessions::tracker {

struct Event {
    std::uint64_t sequence = 0;  // the first is 1; without gaps
    EventKind kind = EventKind::begun;
    EndReason reason = EndReason::none;
    std::uint16_t account = 0;
    WallTime at{};
    SessionKey key;
    WallTime started{};
    std::string text;      // the agent (begun, identified, ended) or the interaction
    std::string by;        // who ended it, or wants it to end
    bool recorded = true;  // false: the history must not learn whose session it is
};

enum class EventRead : std::uint8_t {
    read,
    none_yet,     // the sequence has not been written
    overwritten,  // the ring ran over: rescan the table, then go on at the oldest
};

}  // namespace agent_sessions::tracker
