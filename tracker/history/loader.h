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
    std::uint64_t left_out =
        0;  // for which the segment has no room: live ones, and ends that somebody decided on
};

// Where the database belongs to another segment, or is new: segment and database become the union of both.
// Ended cookies are ended in both; live sessions come back unless they are over by then. The database belongs
// to this segment from now on, which counts as loaded. Requests may be served meanwhile. Throws
// DatabaseError, also where the guard is not held, and then nothing has changed in the database.
Loaded load(Connection& connection, HistoryFeed& feed, const HistoryFeed::LoadGuard& guard, Now now);

// What a worker does at its start: loads if nobody has. Waits for a worker that is at it, but not for a
// database that has failed another one: the writer goes on trying. Empty fault = fine, else what is wrong
// with the database, as nginx logs it.
struct Load {
    bool loaded = false;  // by this call
    Loaded what;
    std::string fault;
};
Load load_at_start(Tracker tracker, const std::string& path, Now now);

}  // namespace agent_sessions::tracker::history
