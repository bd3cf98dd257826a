// Which accounts a question to the history is about, and their rows.
// Thread safety: as the Connection's. May throw DatabaseError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

struct Accounts {
    bool all = false;
    std::vector<std::string> names;  // empty where `all`

    // Several, but not all: no peaks are kept of their sum.
    bool is_sum() const noexcept { return !all && names.size() != 1; }
};

// The row of an account, "*" too; nullopt = the history knows none of the name.
std::optional<std::int64_t> account_row(Connection& connection, const std::string& name);
// Those of the named accounts that the history knows.
std::vector<std::int64_t> account_rows(Connection& connection, const Accounts& accounts);

// A condition on the column `account` of a table: " AND account IN (…)", or nothing where all are asked for.
std::string account_condition(Connection& connection, const Accounts& accounts);

// When the first of them was first seen.
std::optional<WallTime> first_seen(Connection& connection, const Accounts& accounts);

// Empty = unknown.
std::string stored_time_zone(Connection& connection, const std::string& account);

// Sessions that ended before this instant may have been removed.
WallTime pruned_until(Connection& connection);

}  // namespace agent_sessions::tracker::history
