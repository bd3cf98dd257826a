// A history's database in a directory of its own, filled by hand or with a synthetic history.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/unit/history/synthetic_history.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {

class HistoryDatabase {
  public:
    HistoryDatabase() { create(); }

    std::string path() const { return database_path(directory_.path().native(), "floor"); }

    void create() {
        Connection connection = writer();
        connection.execute("INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, x'00', 1, 0)");
    }
    void remove() {
        for (const char* suffix : {"", "-wal", "-shm"}) {
            std::filesystem::remove(path() + suffix);
        }
    }
    Connection writer() const { return open_for_writing(path(), std::chrono::seconds{1}); }
    Connection reader() const { return open_for_reading(path(), std::chrono::seconds{1}); }
    void execute(const std::string& sql) const { writer().execute(sql); }

    std::int64_t add_account(Connection& connection, const std::string& name, WallTime first_seen) const {
        connection.prepare("INSERT INTO account (name, time_zone, first_seen) VALUES (?, '', ?)")
            .with(name, first_seen)
            .run();
        return connection.integer("SELECT last_insert_rowid()");
    }

    // What a writer has written by `now`, but for the quarter hours from `recent` on.
    void fill(const SyntheticHistory& history, WallTime now, std::int64_t recent) const {
        Connection connection = writer();
        WriteTransaction transaction(connection);
        for (const std::string account : {"*", "alpha", "beta"}) {
            const auto first = history.first_seen(account);
            if (!first || *first > now) {
                continue;
            }
            const std::int64_t row = add_account(connection, account, *first);
            Statement peak = connection.prepare("INSERT INTO peak VALUES (?, ?, ?, ?, ?, ?, ?)");
            for (const QuarterPeak& one : history.peaks(account, now)) {
                if (one.quarter < recent) {
                    peak.with(row, one.quarter, one.peak, one.at, one.sequence, one.agents, one.refused)
                        .run();
                }
            }
            Statement session = connection.prepare(
                "INSERT INTO session (key, account, agent, started, began_at, began_sequence, ended_at, "
                "ended_sequence, last_seen, reason, idle, absolute, instance, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1800, 43200, 1800, 0)");
            for (const SyntheticSession& one : history.sessions()) {
                if (one.account != account || one.began > now) {
                    continue;
                }
                const bool ended = one.ended <= now;
                session
                    .with(key_of(one), row,
                          one.agent.empty() ? std::optional<std::string>() : std::optional(one.agent),
                          one.began, one.began, one.began_sequence,
                          ended ? std::optional(one.ended) : std::nullopt,
                          ended ? std::optional(one.ended_sequence) : std::nullopt,
                          ended ? std::optional(one.ended) : std::nullopt,
                          ended ? std::optional(EndReason::idle) : std::nullopt)
                    .run();
            }
        }
        transaction.commit();
    }

    // Keys do not follow the order of the begins.
    static SessionKey key_of(const SyntheticSession& session) {
        return {session.began_sequence * 0x9E3779B97F4A7C15U, session.began_sequence};
    }

  private:
    testing::TemporaryDirectory directory_;
};

}  // namespace agent_sessions::tracker::history
