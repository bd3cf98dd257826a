// The numbers that accounts have in the database, by name.
// Thread safety: none; belongs to its connection's thread. Throws DatabaseError.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

class AccountIds {
  public:
    explicit AccountIds(Connection& connection);

    // Enters an account that is not known yet as first seen at that instant.
    std::int64_t id(std::string_view name, WallTime seen);

    // What is cached may not be in the database after a rollback.
    void forget() { ids_.clear(); }

  private:
    Statement find_;
    Statement add_;
    std::unordered_map<std::string, std::int64_t> ids_;
};

}  // namespace agent_sessions::tracker::history
