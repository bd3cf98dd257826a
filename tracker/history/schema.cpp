#include "tracker/history/schema.h"

#include <array>

namespace agent_sessions::tracker::history {
namespace {

// Migration n makes version n + 1 of version n. Append only: a released one never changes.
constexpr std::array<const char*, kSchemaVersion> kMigrations = {
    R"sql(
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    segment BLOB NOT NULL,             -- UUID of the segment that the sequences below were taken from
    epoch INTEGER NOT NULL,            -- of the latest writer: a lower one may not write any more
    last_sequence INTEGER NOT NULL,    -- events up to here are in the tables
    lost INTEGER NOT NULL DEFAULT 0,   -- events that were overwritten before they could be written
    pruned_until INTEGER NOT NULL DEFAULT 0  -- sessions that ended before this instant may have been removed
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,         -- "*" = all accounts together, counted like an account
    time_zone TEXT NOT NULL,           -- empty = unknown
    first_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE license (
    account INTEGER NOT NULL REFERENCES account (id),
    since INTEGER NOT NULL,
    total INTEGER,                     -- NULL = none configured from then on
    PRIMARY KEY (account, since)
) STRICT, WITHOUT ROWID;

-- The maximum of each UTC quarter hour. "*" has a row for every quarter hour in which anything was measured;
-- an account only for those in which it had a session.
CREATE TABLE peak (
    account INTEGER NOT NULL REFERENCES account (id),
    quarter INTEGER NOT NULL,          -- quarter hours since the epoch
    peak INTEGER NOT NULL,
    peak_at INTEGER NOT NULL,
    peak_sequence INTEGER NOT NULL,    -- sessions with began_sequence <= this < ended_sequence were the peak
    agents INTEGER NOT NULL,           -- distinct names among them
    refused INTEGER NOT NULL,
    PRIMARY KEY (account, quarter)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    key BLOB PRIMARY KEY,              -- 16 bytes; in hexadecimal it is the ref
    account INTEGER NOT NULL REFERENCES account (id),
    agent TEXT,                        -- NULL = Guest, or not recorded
    label TEXT,
    address TEXT,
    user_agent TEXT,
    started INTEGER NOT NULL,          -- as shown: when the cookie was issued
    began_at INTEGER NOT NULL,         -- counted from here
    began_sequence INTEGER NOT NULL,
    logged_in_at INTEGER,
    last_seen INTEGER,                 -- NULL while it lives
    ended_at INTEGER,                  -- NULL = alive
    ended_sequence INTEGER,
    reason INTEGER,                    -- 1 administrator, 2 replaced, 3 limit, 4 idle, 5 absolute, 6 logout
    ended_by TEXT,
    why TEXT,
    message TEXT,
    idle INTEGER NOT NULL,
    absolute INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    expires INTEGER NOT NULL           -- the cookie can't be valid after this instant
) STRICT;
CREATE INDEX session_began ON session (began_at);
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX session_alive ON session (account) WHERE ended_at IS NULL;
CREATE INDEX session_agent ON session (agent, account);

-- Everything of an account (and agent) that had begun by the boundary is ended, whatever its own row says.
CREATE TABLE not_before (
    id INTEGER PRIMARY KEY,            -- that of its row in audit
    account INTEGER NOT NULL REFERENCES account (id),
    agent TEXT,                        -- NULL = every agent, Guests too
    boundary INTEGER NOT NULL,         -- a sequence
    at INTEGER NOT NULL,
    ended_by TEXT,
    why TEXT,
    message TEXT,
    pending INTEGER NOT NULL           -- 1 until the rows of its sessions have followed
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    user TEXT,
    role TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,              -- "terminate", "erase"
    accounts TEXT NOT NULL,            -- names, each with a line feed behind it; "*" and a line feed = all
    what TEXT NOT NULL,
    agent TEXT,
    reason TEXT,
    message TEXT,
    ended INTEGER NOT NULL,
    result TEXT NOT NULL               -- "done", "refused"
) STRICT;
CREATE INDEX audit_at ON audit (at);
)sql",
    R"sql(
-- 1 = a name was erased from the rows, and parts of the file that are free may still hold it.
ALTER TABLE state ADD COLUMN unscrubbed INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
-- 0 = it must not be known whose it is.
ALTER TABLE session ADD COLUMN recorded INTEGER NOT NULL DEFAULT 1;
CREATE INDEX session_told ON session (expires) WHERE reason IN (1, 2, 3);
)sql",
    R"sql(
-- An application's own cookie that a person or rule closed is refused for so many days; 0 = it is ours.
ALTER TABLE session ADD COLUMN memory_days INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
-- A living session that is to end when its agent has finished: ended_by, why and message are of that end.
ALTER TABLE session ADD COLUMN ending_since INTEGER;  -- NULL = none is pending
ALTER TABLE session ADD COLUMN ending_until INTEGER;  -- NULL = for as long as something is open
)sql",
    R"sql(
-- Earlier keys that lead to a session, since its cookie has had more than one value.
CREATE TABLE alias (
    key BLOB PRIMARY KEY,
    session BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_session ON alias (session);
)sql",
};

int version_of(Connection& connection) {
    return static_cast<int>(connection.integer("PRAGMA user_version"));
}

void refuse_foreign_tables(Connection& connection) {
    // In this order: another process may just be making the tables.
    const bool has_tables = connection.integer("SELECT count(*) FROM sqlite_schema") != 0;
    if (has_tables && version_of(connection) == 0) {
        throw DatabaseError("it is the database of another program", SQLITE_NOTADB);
    }
}

void migrate(Connection& connection) {
    if (version_of(connection) == kSchemaVersion) {
        return;
    }
    WriteTransaction change(connection);
    // Somebody else may have done it while this one waited.
    for (int version = version_of(connection); version < kSchemaVersion; ++version) {
        connection.execute(kMigrations[static_cast<std::size_t>(version)]);
        connection.execute("PRAGMA user_version = " + std::to_string(version + 1));
    }
    change.commit();
}

}  // namespace

std::string database_path(std::string_view state_directory, std::string_view zone) {
    return std::string(state_directory) + "/" + std::string(zone) + ".db";
}

Connection open_for_writing(const std::string& path, std::chrono::milliseconds patience) {
    Connection connection(path, OpenMode::read_write, patience);
    if (const int version = version_of(connection); version > kSchemaVersion) {
        throw NewerSchema(version);
    }
    refuse_foreign_tables(connection);
    connection.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; "
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
    migrate(connection);
    return connection;
}

Connection open_for_reading(const std::string& path, std::chrono::milliseconds patience) {
    Connection connection(path, OpenMode::read_only, patience);
    const int version = version_of(connection);
    if (version > kSchemaVersion) {
        throw NewerSchema(version);
    }
    if (version < kSchemaVersion) {
        throw DatabaseError("it is not of this schema version yet", SQLITE_SCHEMA);
    }
    connection.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF");
    return connection;
}

}  // namespace agent_sessions::tracker::history
