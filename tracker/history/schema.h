// The database of a zone's history: its tables, and how an older one becomes this one.
//
// All instants are milliseconds since the epoch, UTC; all durations are seconds. `sequence` columns hold
// numbers of the event ring: they order what happened exactly, where instants can tie. Sequences rise for as
// long as the database lives, over restarts and lost segments. Described for operators in docs/history.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tracker/account_name.h"
#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

inline constexpr int kSchemaVersion = 6;

inline constexpr std::int64_t kQuarterMs = std::int64_t{15} * 60 * 1000;

// The database is of a later version of this module: it is left alone.
class NewerSchema : public DatabaseError {
  public:
    explicit NewerSchema(int version)
        : DatabaseError("it has schema version " + std::to_string(version) + ", this module knows " +
                            std::to_string(kSchemaVersion),
                        SQLITE_SCHEMA) {}
};

// The path of a zone's database in its state directory.
std::string database_path(std::string_view state_directory, std::string_view zone);

// Opens the database for its one writer: WAL, synchronous=FULL, secure_delete; makes or migrates the tables.
// Throws DatabaseError (NewerSchema where it is too new).
Connection open_for_writing(const std::string& path, std::chrono::milliseconds patience);

// Opens it for reading. Throws DatabaseError, also where there is none yet or its schema is not this one.
Connection open_for_reading(const std::string& path, std::chrono::milliseconds patience);

}  // namespace agent_sessions::tracker::history
