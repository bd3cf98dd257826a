#include "tracker/history/account_ids.h"

namespace agent_sessions::tracker::history {

AccountIds::AccountIds(Connection& connection)
    : find_(connection.prepare("SELECT id FROM account WHERE name = ?")),
      add_(connection.prepare(
          "INSERT INTO account (name, time_zone, first_seen) VALUES (?, '', ?) RETURNING id")) {}

std::int64_t AccountIds::id(std::string_view name, WallTime seen) {
    std::string key(name);
    if (const auto known = ids_.find(key); known != ids_.end()) {
        return known->second;
    }
    std::int64_t id = 0;
    if (find_.with(name).step()) {
        id = find_.integer(0);
    } else {
        add_.with(name, seen).step();
        id = add_.integer(0);
    }
    find_.reset();
    add_.reset();
    ids_.emplace(std::move(key), id);
    return id;
}

}  // namespace agent_sessions::tracker::history
