#include "tracker/history/session_queries.h"

#include "tracker/history/conditions.h"

namespace agent_sessions::tracker::history {
namespace {

constexpr std::string_view kColumns =
    "SELECT key, (SELECT name FROM account WHERE id = session.account), agent, label, started, began_at, "
    "logged_in_at, last_seen, ended_at, reason, CASE WHEN ended_at IS NOT NULL THEN ended_by END, "
    "CASE WHEN ended_at IS NOT NULL THEN why END, CASE WHEN ended_at IS NOT NULL THEN message END FROM "
    "session";

bool is_about_ends(const SessionQuestion& question) {
    return question.which == SessionsThat::ended_between;
}

Conditions conditions_of(Connection& connection, const SessionQuestion& question) {
    Conditions conditions;
    switch (question.which) {
        case SessionsThat::were_alive_at:
            conditions.add("began_at <= ? AND (ended_at IS NULL OR ended_at > ?)", question.from,
                           question.from);
            break;
        case SessionsThat::were_alive_between:
            // One that ended in the very millisecond of its begin was there too.
            conditions.add("began_at < ? AND (ended_at IS NULL OR ended_at > ? OR began_at >= ?)",
                           question.to, question.from, question.from);
            break;
        case SessionsThat::ended_between:
            conditions.add("ended_at >= ? AND ended_at < ?", question.from, question.to);
            break;
        case SessionsThat::were_in_maximum: {
            const auto sequence = static_cast<std::int64_t>(question.sequence);
            conditions.add("began_sequence <= ? AND (ended_sequence IS NULL OR ended_sequence > ?)", sequence,
                           sequence);
            break;
        }
    }
    if (!question.accounts.all) {
        conditions.add("1" + account_condition(connection, question.accounts));
    }
    if (question.agent && question.agent->empty()) {
        conditions.add("agent IS NULL");
    } else if (question.agent) {
        conditions.add("agent = ?", *question.agent);
    }
    if (question.reason) {
        conditions.add("reason = ?", *question.reason);
    }
    if (question.by) {
        conditions.add("ended_at IS NOT NULL AND ended_by = ?", *question.by);
    }
    return conditions;
}

StoredSession session_of(const Statement& row) {
    StoredSession session;
    session.key = row.key(0);
    session.account = row.text(1);
    session.agent = row.text_or_null(2);
    session.label = row.text_or_null(3);
    session.started = row.instant(4);
    session.began = row.instant(5);
    session.logged_in_at = row.instant_or_null(6);
    session.last_seen = row.instant_or_null(7);
    session.ended_at = row.instant_or_null(8);
    session.reason = static_cast<EndReason>(row.integer(9));
    session.by = row.text_or_null(10);
    session.why = row.text_or_null(11);
    session.message = row.text_or_null(12);
    return session;
}

}  // namespace

SessionPage read_sessions(Connection& connection, const SessionQuestion& question) {
    Conditions conditions = conditions_of(connection, question);
    SessionPage page;
    Statement count = connection.prepare("SELECT count(*) FROM session" + conditions.sql());
    conditions.bind(count);
    if (count.step()) {
        page.filtered = static_cast<std::uint64_t>(count.integer(0));
    }
    const std::string column = is_about_ends(question) ? "ended_at" : "began_at";
    if (question.after) {
        conditions.add(column + " <= ? AND (" + column + " < ? OR key > ?)", question.after->at,
                       question.after->at, question.after->key);
    }
    Statement query = connection.prepare(std::string(kColumns) + conditions.sql() + " ORDER BY " + column +
                                         " DESC, key LIMIT ?");
    query.bind(conditions.bind(query), static_cast<std::int64_t>(question.limit) + 1);
    while (query.step()) {
        if (page.sessions.size() == question.limit) {
            const StoredSession& last = page.sessions.back();
            page.next = {is_about_ends(question) ? *last.ended_at : last.began, last.key};
            break;
        }
        page.sessions.push_back(session_of(query));
    }
    return page;
}

}  // namespace agent_sessions::tracker::history
