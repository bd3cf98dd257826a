// Pages of what admins did, newest first.
//
// A row is for those alone in whose scope all of its accounts are. Thread safety: as the Connection's. May
// throw DatabaseError. Cost: O(rows of the range); acts of admins are few.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tracker/history/account_rows.h"

namespace agent_sessions::tracker::history {

struct AuditPlace {
    WallTime at{};
    std::int64_t id = 0;
};

struct AuditQuestion {
    Accounts scope;
    WallTime from{};
    WallTime to{};                       // not included
    std::optional<std::string> account;  // rows about it, those about all included
    std::optional<std::string> user;     // empty = without a name
    std::optional<std::string> action;
    std::size_t limit = 100;
    std::optional<AuditPlace> after;
};

struct AuditEntry {
    std::int64_t id = 0;
    WallTime at{};
    std::optional<std::string> user;
    std::string role;
    std::optional<std::string> address;
    std::string action;
    std::vector<std::string> accounts;  // "*" alone = all
    std::string what;
    std::optional<std::string> agent;
    std::optional<std::string> reason;
    std::optional<std::string> message;
    std::int64_t ended = 0;
    std::string result;
};

struct AuditPage {
    std::vector<AuditEntry> entries;
    std::uint64_t filtered = 0;
    std::optional<AuditPlace> next;
};

AuditPage read_audit(Connection& connection, const AuditQuestion& question);

}  // namespace agent_sessions::tracker::history
