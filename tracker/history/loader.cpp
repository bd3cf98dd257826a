#include "tracker/history/loader.h"

#include <algorithm>
#include <limits>

#include "tracker/history/schema.h"
#include "tracker/history/table_rows.h"

namespace agent_sessions::tracker::history {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};
constexpr std::chrono::hours kClockMargin{24};
// Longer ago, a browser that ran out or logged out is hardly there any more.
constexpr std::chrono::hours kLongestMemory{48};

// Of an event or act: numbers begin at 1 or with the clock (HistoryFeed::number_by_clock), so that half of
// all numbers are not used up before the sun is.
bool is_number(std::int64_t number) {
    return number >= 0 && number < std::numeric_limits<std::int64_t>::max() / 2;
}

// The sweeping ends that were on disk before the rows of their sessions had followed.
void apply_boundaries(Connection& connection) {
    connection.execute(R"sql(
UPDATE session SET ended_at = boundary.at, ended_sequence = boundary.boundary, reason = 1,
    ended_by = boundary.ended_by, why = boundary.why, message = boundary.message, ending_since = NULL,
    ending_until = NULL
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
UPDATE session SET ended_at = expires, ended_sequence = ?2, reason = 5, ended_by = NULL, why = NULL, message = NULL,
    ending_since = NULL, ending_until = NULL
WHERE ended_at IS NULL AND expires <= ?1
)sql")
        .with(now.wall, last_sequence)
        .run();
}

// A session's row with the texts that its request points to.
struct Stored {
    std::string account;
    std::string zone;
    std::string agent;
    std::string label;
    std::string address;
    std::string user_agent;
    std::string by;
    std::string message;
    std::string why;
};

constexpr std::string_view kColumns =
    "SELECT key, name, time_zone, agent, started, expires, idle, instance, began_sequence, recorded, label, "
    "address, user_agent, reason, ended_at, ended_sequence, ended_by, message, why, memory_days, "
    "ending_since, "
    "ending_until "
    "FROM session JOIN account ON account.id = session.account WHERE ";

// As long as a slot can note, however somebody changed the row.
std::chrono::seconds duration(std::int64_t seconds) {
    return std::chrono::seconds{
        std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max())};
}

// What no version has ever written is no reason.
EndReason reason_of(std::int64_t number) {
    const bool is_known = number > 0 && number <= static_cast<std::int64_t>(EndReason::logout);
    return is_known ? static_cast<EndReason>(number) : EndReason::none;
}

RestoreRequest read(const Statement& row, Stored& stored) {
    stored = {row.text(1),  row.text(2),  row.text(3),  row.text(10), row.text(11),
              row.text(12), row.text(16), row.text(17), row.text(18)};
    RestoreRequest request;
    request.key = row.key(0);
    request.account = stored.account;
    request.time_zone = stored.zone;
    request.agent = stored.agent;
    request.label = stored.label;
    request.address = stored.address;
    request.user_agent = stored.user_agent;
    request.started = row.instant(4);
    request.expires = row.instant(5);
    request.idle = duration(row.integer(6));
    request.instance = duration(row.integer(7));
    request.begun_sequence = static_cast<std::uint64_t>(row.integer(8));
    request.recorded = row.integer(9) != 0;
    request.reason = reason_of(row.integer(13));
    request.ended_at = row.instant(14);
    request.ended_sequence = static_cast<std::uint64_t>(row.integer(15));
    request.memory_days = static_cast<std::uint8_t>(
        std::clamp<std::int64_t>(row.integer(19), 0, std::numeric_limits<std::uint8_t>::max()));
    request.pending_since = row.instant_or_null(20);
    request.pending_until = row.instant_or_null(21);
    request.by = stored.by;
    request.message = stored.message;
    request.why = stored.why;
    return request;
}

struct Restored {
    std::uint64_t restored = 0;
    std::uint64_t left_out = 0;
};

// Puts back what `rows` gives, for as long as there is room.
template <typename HasRoom>
Restored restore(Statement& rows, HistoryFeed& feed, Now now, HasRoom has_room) {
    Restored counts;
    Stored stored;
    while (rows.step()) {
        const bool done = has_room() && feed.restore(read(rows, stored), now);
        (done ? counts.restored : counts.left_out) += 1;
    }
    return counts;
}

void restore_aliases(Connection& connection, HistoryFeed& feed, Now now) {
    Statement aliases = connection.prepare("SELECT key, session FROM alias");
    while (aliases.step()) {
        feed.restore_alias(aliases.key(0), aliases.key(1), now);
    }
}

// First what a person or rule closed: such a cookie must never work again. Then the living. What is left of
// the room for ended ones is for those that only save a browser from being taken up again, the latest first;
// they never take the place of a session.
void restore_all(Connection& connection, HistoryFeed& feed, Now now, Loaded& loaded) {
    const auto always = [] { return true; };
    Statement told = connection.prepare(std::string(kColumns) +
                                        "reason IN (1, 2, 3) AND expires > ? ORDER BY expires DESC");
    const Restored ended = restore(told.with(now.wall - kClockMargin), feed, now, always);
    Statement alive = connection.prepare(std::string(kColumns) + "ended_at IS NULL ORDER BY began_at DESC");
    const Restored live = restore(alive, feed, now, always);
    const auto room_for_ended = [&feed] {
        const Tracker::Figures figures = feed.tracker().figures();
        return figures.ended < figures.slots - figures.capacity;
    };
    Statement others = connection.prepare(
        std::string(kColumns) +
        "reason IN (4, 5, 6) AND ended_at > ?1 AND expires > ?2 ORDER BY ended_at DESC LIMIT ?3");
    others.with(now.wall - kLongestMemory, now.wall,
                static_cast<std::int64_t>(feed.tracker().figures().slots));
    restore_aliases(connection, feed, now);
    loaded.live = live.restored;
    loaded.left_out = live.left_out + ended.left_out;
    loaded.ended = ended.restored + restore(others, feed, now, room_for_ended).restored;
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
    const std::int64_t last_act = connection.integer("SELECT max(id) FROM audit");
    if (!is_number(last_sequence) || !is_number(last_act)) {
        throw DatabaseError("its events or acts have numbers that were never given", SQLITE_CORRUPT);
    }
    if (!is_ours) {
        apply_boundaries(connection);
        end_overdue(connection, last_sequence, now);
        feed.continue_after(static_cast<std::uint64_t>(last_sequence), static_cast<std::uint64_t>(last_act));
        // What happens from here on is in the ring behind this event.
        const std::uint64_t seen = feed.tracker().history_status().committed_sequence;
        write_table(connection, feed, now);
        restore_all(connection, feed, now, loaded);
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
