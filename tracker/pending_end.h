// An end that waits for the agent: a live session that goes on until its last open instance closes, or a
// time is up, and then ends as an admin asked for. Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tracker/time.h"

namespace agent_sessions::tracker {

// A consistent copy of what is pending.
struct PendingEnd {
    WallTime since{};                 // to the second
    std::optional<WallTime> until{};  // nullopt = for as long as something is open
    std::string by;                   // the admin's user name
    std::string message;              // the admin's words to the agent
    std::string why;                  // the admin's words for the record

    friend bool operator==(const PendingEnd&, const PendingEnd&) = default;
};

// What became of Tracker::end_when_finished().
enum class FinishResult : std::uint8_t {
    pending,
    ended,         // at once, since nothing was open
    already_gone,  // had ended before
    not_found,
    busy,  // nothing has changed
};

// What became of Tracker::keep().
enum class KeepResult : std::uint8_t {
    kept,
    not_pending,
    already_gone,
    not_found,
    busy,  // nothing has changed
};

}  // namespace agent_sessions::tracker
