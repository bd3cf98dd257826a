// Loads what the database knows into a segment that does not: at a start after a reboot, a power cut or the
// loss of the segment, before the first request is served.
#pragma once

#include <cstdint>
#include <string>

#include "tracker/history/sqlite.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker::history {

struct Loaded {
    std::uint64_t live = 0;
    std::uint64_t ended = 0;
    // For these the segment has no room: live ones, and ended ones whose cookie would be refused.
    std::uint64_t left_out = 0;
    std::uint64_t ended_left_out = 0;
};

// Ended cookies become the union of segment and database, and live sessions come back, where the database
// belongs to another segment than this one; a session that was over by then is not one of them. The database
// belongs to this segment from now on. May be called while requests are served. REQUIRES: the load guard is
// held. Throws DatabaseError, and then nothing has changed in the database.
Loaded load(Connection& connection, HistoryFeed& feed, Now now);

// What a worker does at its start: loads if nobody has. Waits for a worker that is at it. Empty = fine, else
// what is wrong with the database, as nginx logs it; it is tried again by the writer.
struct Load {
    bool loaded = false;  // by this call
    Loaded what;
    std::string fault;
};
Load load_at_start(Tracker tracker, const std::string& path, Now now);

}  // namespace agent_sessions::tracker::history
