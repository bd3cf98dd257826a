#include "tracker/history/retention.h"

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

constexpr int kBite = 500;
constexpr std::chrono::hours kClockMargin{24};

}  // namespace

bool prune(Connection& connection, const Retention& retention, WallTime now) {
    bool is_more = false;
    const auto remove = [&](std::string_view sql, auto... limits) {
        connection.prepare(sql).with(limits..., kBite).run();
        is_more = is_more || connection.changes() == kBite;
        return connection.changes();
    };
    const WallTime oldest = now - retention.sessions;
    const auto sessions = remove(R"sql(
DELETE FROM session WHERE rowid IN
    (SELECT rowid FROM session WHERE ended_at < ? AND expires < ? ORDER BY ended_at LIMIT ?)
)sql",
                                 oldest, now - kClockMargin);
    if (sessions != 0) {
        connection.prepare("UPDATE state SET pruned_until = max(pruned_until, ?)").with(oldest).run();
    }
    remove(R"sql(
DELETE FROM alias WHERE key IN
    (SELECT alias.key FROM alias LEFT JOIN session ON session.key = alias.session WHERE session.key IS NULL LIMIT ?)
)sql");
    const std::int64_t oldest_quarter = (now - retention.peaks).time_since_epoch().count() / kQuarterMs;
    remove(R"sql(
DELETE FROM peak WHERE (account, quarter) IN (SELECT account, quarter FROM peak WHERE quarter < ? LIMIT ?)
)sql",
           oldest_quarter);
    remove("DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ?)",
           now - retention.audit);
    remove(
        "DELETE FROM not_before WHERE id IN (SELECT id FROM not_before WHERE pending = 0 AND at < ? LIMIT ?)",
        now - retention.audit);
    return is_more;
}

}  // namespace agent_sessions::tracker::history
