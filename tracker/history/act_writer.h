// Writes what admins did: the audit, the boundaries of sweeping ends, and erasures.
// Thread safety: none; belongs to its connection's thread. REQUIRES: an open write transaction. Throws
// DatabaseError. Writing the same act twice changes nothing.
#pragma once

#include "tracker/history/account_ids.h"
#include "tracker/history/sqlite.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::history {

class ActWriter {
  public:
    ActWriter(Connection& connection, AccountIds& accounts);

    void write(const Act& act);
    // Takes the name that an act of erasure is about out of all rows. Full scans: O(sessions + acts).
    // REQUIRES: what was to be written under that name is written.
    void erase(const Act& act);
    // How many sessions an act ended; their rows are written by then.
    void write_finished(std::uint64_t number, std::uint64_t ended);

  private:
    Connection& connection_;
    AccountIds& accounts_;
    Statement audit_;
    Statement boundary_;
    Statement finished_;
    Statement settled_;
};

}  // namespace agent_sessions::tracker::history
