// Writes the maxima of quarter hours, licences and time zones of accounts.
// Thread safety: none; belongs to its connection's thread. REQUIRES: an open write transaction. Throws
// DatabaseError. A maximum only ever rises, so writing one twice, or late, changes nothing.
#pragma once

#include <vector>

#include "tracker/history/account_ids.h"
#include "tracker/history/sqlite.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker::history {

class PeakWriter {
  public:
    PeakWriter(Connection& connection, AccountIds& accounts);

    void write(std::string_view account, const QuarterPeak& peak, WallTime seen);

    // Whether any account differs from what was written of it.
    bool differs(const std::vector<HistoryFeed::AccountState>& accounts) const;
    void write_changed(const std::vector<HistoryFeed::AccountState>& accounts, WallTime now);
    // What was written may not be in the database after a rollback.
    void forget() { written_.clear(); }

  private:
    void write_license(std::int64_t account, std::optional<std::uint32_t> total, WallTime now);

    AccountIds& accounts_;
    Statement peak_;
    Statement zone_;
    Statement latest_license_;
    Statement license_;
    std::vector<HistoryFeed::AccountState> written_;  // by the account's index
};

}  // namespace agent_sessions::tracker::history
