// Writes what the table of a segment holds: for a database that does not know it from events.
// Thread safety: none; belongs to its connection's thread. REQUIRES: an open write transaction. Throws
// DatabaseError.
#pragma once

#include <string>
#include <vector>

#include "tracker/history/session_writer.h"

namespace agent_sessions::tracker::history {

class TableRows {
  public:
    TableRows(HistoryFeed& feed, SessionWriter& sessions) : feed_(feed), sessions_(sessions) {}

    // Goes on over up to `slots` slots from the cursor; of what is over, only what ended after that event.
    void write(RowCursor& cursor, std::uint32_t slots, std::uint64_t ended_after, Now now);

    // What the database holds as alive and the table does not; as of event `sequence`. REQUIRES: all of the
    // table is written. O(rows alive).
    void end_missing(Connection& connection, std::uint64_t sequence, Now now);

    // Takes back in the database what is pending there for sessions that live in the table without it.
    // REQUIRES: as above. O(rows with something pending).
    void keep_missing(Connection& connection, Now now);

  private:
    HistoryFeed& feed_;
    SessionWriter& sessions_;
};

}  // namespace agent_sessions::tracker::history
