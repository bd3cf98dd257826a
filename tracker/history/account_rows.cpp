#include "tracker/history/account_rows.h"

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {

std::optional<std::int64_t> account_row(Connection& connection, const std::string& name) {
    Statement query = connection.prepare("SELECT id FROM account WHERE name = ?");
    query.with(name);
    return query.step() ? std::optional(query.integer(0)) : std::nullopt;
}

std::vector<std::int64_t> account_rows(Connection& connection, const Accounts& accounts) {
    std::vector<std::int64_t> rows;
    for (const std::string& name : accounts.names) {
        const auto row = account_row(connection, name);
        if (row && name != kAllAccounts) {
            rows.push_back(*row);
        }
    }
    return rows;
}

std::string account_condition(Connection& connection, const Accounts& accounts) {
    if (accounts.all) {
        return {};
    }
    std::string condition = " AND account IN (";
    for (const std::int64_t row : account_rows(connection, accounts)) {
        condition += condition.back() == '(' ? "" : ",";
        condition += std::to_string(row);
    }
    return condition + ")";
}

std::optional<WallTime> first_seen(Connection& connection, const Accounts& accounts) {
    std::optional<WallTime> first;
    Statement query = connection.prepare("SELECT min(first_seen) FROM account WHERE name = ?1 OR ?1 IS NULL");
    const auto look = [&first, &query] {
        const std::optional<WallTime> seen = query.step() ? query.instant_or_null(0) : std::nullopt;
        if (seen && (!first || *seen < *first)) {
            first = seen;
        }
    };
    if (accounts.all) {
        query.with(nullptr);
        look();
    }
    for (const std::string& name : accounts.names) {
        query.with(name);
        look();
    }
    return first;
}

std::string stored_time_zone(Connection& connection, const std::string& account) {
    Statement query = connection.prepare("SELECT time_zone FROM account WHERE name = ?");
    query.with(account);
    return query.step() ? query.text(0) : std::string();
}

WallTime pruned_until(Connection& connection) {
    return instant_of<WallTime>(connection.integer("SELECT pruned_until FROM state"));
}

}  // namespace agent_sessions::tracker::history
