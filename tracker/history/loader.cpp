#include "tracker/history/loader.h"

#include <limits>

#include "tracker/history/schema.h"
#include "tracker/history/table_rows.h"

namespace agent_sessions::tracker::history {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};
constexpr std::chrono::hours kClockMargin{24};

// The sweeping ends that were on disk before the rows of their sessions had followed.
void apply_boundaries(Connection& connection) {
    connection.execute(R"sql(
UPDATE session SET ended_at = boundary.at, ended_sequence = boundary.boundary, reason = 1,
    ended_by = boundary.ended_by, why = boundary.why, message = boundary.message
FROM (SELECT * FROM not_before WHERE pending = 1 ORDER BY id) AS boundary
WHERE session.ended_at IS NULL AND session.began_sequence <= boundary.boundary
    AND (boundary.account = session.account
         OR boundary.account = (SELECT id FROM account WHERE name = '*'))
    AND (boundary.agent IS NULL OR boundary.agent = session.agent);
UPDATE not_before SET pending = 0 WHERE pending = 1;
)sql");
}

void end_overdue(Connection& connection, std::int64_t last_sequence, Now now) {
    connection
        .prepare(R"sql(
UPDATE session SET ended_at = expires, ended_sequence = ?2, reason = 5 WHERE ended_at IS NULL AND expires <= ?1
)sql")
        .with(now.wall, last_sequence)
        .run();
}

RestoreRequest common(const Statement& row, std::string_view account, std::string_view zone,
                      std::string_view agent) {
    RestoreRequest request;
    request.key = row.key(0);
    request.account = account;
    request.time_zone = zone;
    request.agent = agent;
    request.started = row.instant(4);
    request.expires = row.instant(5);
    request.idle = std::chrono::seconds{row.integer(6)};
    request.instance = std::chrono::seconds{row.integer(7)};
    request.begun_sequence = static_cast<std::uint64_t>(row.integer(8));
    return request;
}

void restore_live(Connection& connection, HistoryFeed& feed, Now now, Loaded& loaded) {
    Statement rows = connection.prepare(R"sql(
SELECT key, name, time_zone, agent, started, expires, idle, instance, began_sequence, label, address, user_agent
FROM session JOIN account ON account.id = session.account WHERE ended_at IS NULL
)sql");
    while (rows.step()) {
        const std::string account = rows.text(1);
        const std::string zone = rows.text(2);
        const std::string agent = rows.text(3);
        const std::string label = rows.text(9);
        const std::string address = rows.text(10);
        const std::string user_agent = rows.text(11);
        RestoreRequest request = common(rows, account, zone, agent);
        request.label = label;
        request.address = address;
        request.user_agent = user_agent;
        (feed.restore(request, now) ? loaded.live : loaded.left_out) += 1;
    }
}

// First what protects, then what only saves a browser that ran out from being taken up again; of those the
// latest first, as far as there is room.
void restore_over(Connection& connection, HistoryFeed& feed, Now now, Loaded& loaded) {
    Statement rows = connection.prepare(R"sql(
SELECT key, name, time_zone, agent, started, expires, idle, instance, began_sequence, reason, ended_at,
       ended_sequence, ended_by, message, why
FROM session JOIN account ON account.id = session.account
WHERE ended_at IS NOT NULL AND expires > ?1
ORDER BY reason IN (4, 5), ended_at DESC
)sql");
    rows.with(now.wall - kClockMargin);
    while (rows.step()) {
        const std::string account = rows.text(1);
        const std::string zone = rows.text(2);
        const std::string agent = rows.text(3);
        const std::string by = rows.text(12);
        const std::string message = rows.text(13);
        const std::string why = rows.text(14);
        RestoreRequest request = common(rows, account, zone, agent);
        request.reason = static_cast<EndReason>(rows.integer(9));
        request.ended_at = rows.instant(10);
        request.ended_sequence = static_cast<std::uint64_t>(rows.integer(11));
        request.by = by;
        request.message = message;
        request.why = why;
        if (feed.restore(request, now)) {
            ++loaded.ended;
        } else if (is_told(request.reason)) {
            ++loaded.left_out;
        } else {
            break;
        }
    }
}

// What began and ended here before the database could be reached.
void write_table(Connection& connection, HistoryFeed& feed, Now now) {
    AccountIds accounts(connection);
    SessionWriter sessions(connection, accounts);
    RowCursor cursor;
    TableRows(feed, sessions).write(cursor, std::numeric_limits<std::uint32_t>::max(), 0, now);
}

}  // namespace

Loaded load(Connection& connection, HistoryFeed& feed, const HistoryFeed::LoadGuard& guard, Now now) {
    if (!guard) {
        throw DatabaseError("another process does not come to an end with loading it", SQLITE_BUSY);
    }
    Loaded loaded;
    const SegmentId segment{feed.segment_id()};
    WriteTransaction change(connection);
    Statement state = connection.prepare("SELECT last_sequence, segment = ? FROM state");
    const bool is_new = !state.with(segment).step();
    const bool is_ours = !is_new && state.integer(1) != 0;
    const std::int64_t last_sequence = is_new ? 0 : state.integer(0);
    state.reset();
    if (!is_ours) {
        apply_boundaries(connection);
        end_overdue(connection, last_sequence, now);
        feed.continue_after(static_cast<std::uint64_t>(last_sequence),
                            static_cast<std::uint64_t>(connection.integer("SELECT max(id) FROM audit")));
        // What happens from here on is in the ring behind this event.
        const std::uint64_t seen = feed.tracker().history_status().committed_sequence;
        write_table(connection, feed, now);
        restore_over(connection, feed, now, loaded);
        restore_live(connection, feed, now, loaded);
        connection
            .prepare(
                "INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, ?1, 0, ?2) "
                "ON CONFLICT (id) DO UPDATE SET segment = ?1, last_sequence = ?2")
            .with(segment, seen)
            .run();
    }
    change.commit();
    feed.note_loaded();
    return loaded;
}

Load load_at_start(Tracker tracker, const std::string& path, Now now) {
    Load result;
    HistoryFeed feed(tracker);
    const auto is_settled = [&feed] {
        const HistoryState state = feed.tracker().history_status().state;
        return feed.is_loaded() || (state != HistoryState::none && state != HistoryState::writing);
    };
    if (is_settled()) {
        return result;
    }
    const HistoryFeed::LoadGuard guard(feed);
    if (is_settled()) {
        return result;
    }
    try {
        Connection connection = open_for_writing(path, kPatience);
        result.what = load(connection, feed, guard, now);
        result.loaded = true;
    } catch (const DatabaseError& error) {
        result.fault = "\"" + path + "\" cannot be used: " + error.what();
        feed.number_by_clock(now);
        feed.note_state(error.state(), error.code());
    }
    return result;
}

}  // namespace agent_sessions::tracker::history
