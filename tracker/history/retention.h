// How long what is kept, and its removal in small bites.
#pragma once

#include <chrono>

#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

struct Retention {
    std::chrono::hours sessions{24 * 90};  // counted from their end
    std::chrono::hours peaks{24 * 400};
    std::chrono::hours audit{24 * 400};

    friend bool operator==(const Retention&, const Retention&) = default;
};

// Removes some of what is too old; a session never before its cookie can't be valid any more. true: there may
// be more. REQUIRES: an open write transaction. Cost: a few hundred rows at most. Throws DatabaseError.
bool prune(Connection& connection, const Retention& retention, WallTime now);

}  // namespace agent_sessions::tracker::history
