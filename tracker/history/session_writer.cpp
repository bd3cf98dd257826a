#include "tracker/history/session_writer.h"

#include <algorithm>

namespace agent_sessions::tracker::history {
namespace {

WallTime to_wall(BootTime time, Now now) noexcept {
    return now.wall - (now.boot - time);
}

std::int64_t seconds(Millis time) noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

std::optional<std::string_view> text_or_null(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

// Kept in whole seconds, it may lie before the start.
WallTime last_seen_of(const EndedFacts& facts, Now now) noexcept {
    return std::max(to_wall(facts.last_seen, now), facts.started);
}

// An application's own cookie may be good for longer than was known when its session began.
std::optional<WallTime> later_expiry(const EndedFacts& facts, Now now) noexcept {
    return facts.memory_days != 0 ? std::optional(to_wall(facts.deadline, now)) : std::nullopt;
}

}  // namespace

struct SessionWriter::Begin {
    SessionKey key;
    std::int64_t account = 0;
    std::string_view agent{};
    std::string_view label{};
    std::string_view address{};
    std::string_view user_agent{};
    WallTime started{};
    WallTime began_at{};
    std::uint64_t began_sequence = 0;
    Lifetime lifetime{};
    WallTime expires{};
    bool recorded = true;
    std::uint8_t memory_days = 0;
};

struct SessionWriter::End {
    SessionKey key;
    WallTime ended_at{};
    std::uint64_t sequence = 0;
    EndReason reason = EndReason::none;
    std::string_view by{};
    std::string_view why{};
    std::string_view message{};
    std::optional<WallTime> last_seen{};
    std::optional<WallTime> expires{};
};

SessionWriter::SessionWriter(Connection& connection, AccountIds& accounts)
    : connection_(connection),
      accounts_(accounts),
      insert_(connection.prepare(R"sql(
INSERT INTO session (key, account, agent, label, address, user_agent, started, began_at, began_sequence,
                     logged_in_at, idle, absolute, instance, expires, recorded, memory_days)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CASE WHEN ?3 IS NULL THEN NULL ELSE ?8 END, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT (key) DO UPDATE SET
    agent = coalesce(excluded.agent, agent), label = coalesce(excluded.label, label),
    address = coalesce(excluded.address, address), user_agent = coalesce(excluded.user_agent, user_agent),
    logged_in_at = coalesce(logged_in_at, excluded.logged_in_at)
)sql")),
      identify_(connection.prepare(R"sql(
UPDATE session SET agent = coalesce(?2, agent), label = CASE WHEN ?5 THEN ?3 ELSE label END,
    logged_in_at = CASE WHEN ?2 IS NULL THEN logged_in_at ELSE coalesce(logged_in_at, ?4) END
WHERE key = ?1 AND ended_at IS NULL
)sql")),
      end_(connection.prepare(R"sql(
UPDATE session SET ended_at = ?2, ended_sequence = ?3, reason = ?4, ended_by = ?5, why = ?6, message = ?7,
    last_seen = coalesce(?8, last_seen), expires = max(expires, coalesce(?9, expires)),
    ending_since = NULL, ending_until = NULL
WHERE key = ?1 AND ended_at IS NULL
)sql")),
      rekey_(connection.prepare("UPDATE OR REPLACE session SET key = ?2 WHERE key = ?1")),
      pend_(connection.prepare(R"sql(
UPDATE session SET ending_since = ?2, ending_until = ?3, ended_by = ?4, why = ?5, message = ?6
WHERE key = ?1 AND ended_at IS NULL
)sql")),
      lead_on_(connection.prepare("UPDATE alias SET session = ?2 WHERE session = ?1")),
      add_alias_(connection.prepare("INSERT OR REPLACE INTO alias (key, session) VALUES (?1, ?2)")),
      remove_alias_(connection.prepare("DELETE FROM alias WHERE key = ?")),
      remember_renewed_(connection.prepare(
          "UPDATE session SET memory_days = max(memory_days, min(255, (absolute + 86399) / 86400)) "
          "WHERE key = ?")) {}

void SessionWriter::insert(const Begin& begin) {
    insert_
        .with(begin.key, begin.account, text_or_null(begin.agent), text_or_null(begin.label),
              text_or_null(begin.address), text_or_null(begin.user_agent), begin.started, begin.began_at,
              begin.began_sequence, seconds(begin.lifetime.idle), seconds(begin.lifetime.absolute),
              seconds(begin.lifetime.instance), begin.expires, begin.recorded ? 1 : 0,
              static_cast<int>(begin.memory_days))
        .run();
}

bool SessionWriter::end(const End& end) {
    end_.with(end.key, end.ended_at, end.sequence, end.reason, text_or_null(end.by), text_or_null(end.why),
              text_or_null(end.message), end.last_seen, end.expires)
        .run();
    return connection_.changes() != 0;
}

void SessionWriter::write_begun(const Event& event, std::string_view account, HistoryFeed& feed, Now now) {
    Begin begin;
    begin.key = event.key;
    begin.account = accounts_.id(account, event.at);
    begin.started = event.started;
    begin.began_at = event.at;
    begin.began_sequence = event.sequence;
    begin.expires = event.started + Lifetime{}.absolute;
    Row row;
    std::optional<EndedFacts> over;
    if (feed.tracker().read_row(event.key, now, row)) {
        begin.label = row.label;
        begin.address = row.address;
        begin.user_agent = row.user_agent;
        begin.lifetime = row.lifetime;
        begin.expires = to_wall(row.deadline, now);
        begin.memory_days = row.memory_days;
    } else if ((over = feed.ended_session(event.key, now))) {
        begin.lifetime = over->lifetime;
        begin.expires = to_wall(over->deadline, now);
        begin.memory_days = over->memory_days;
    }
    begin.recorded = event.recorded;
    if (event.recorded) {
        begin.agent = event.text;
    } else {
        begin.label = begin.address = begin.user_agent = {};
    }
    insert(begin);
}

void SessionWriter::write_identified(const Event& event, HistoryFeed& feed, Now now) {
    if (!event.recorded) {
        return;
    }
    Row row;
    // Of a session that is over by now, nothing but the name is left.
    const bool has_row = feed.tracker().read_row(event.key, now, row);
    identify_.with(event.key, text_or_null(event.text), text_or_null(row.label), event.at, has_row ? 1 : 0)
        .run();
}

void SessionWriter::write_ended(const Event& event, std::string_view account, HistoryFeed& feed, Now now) {
    const std::optional<EndedFacts> facts = feed.ended_session(event.key, now);
    End over{event.key, event.at, event.sequence, event.reason, event.by};
    if (facts) {
        over.by = facts->by;
        over.why = facts->why;
        over.message = facts->message;
        over.last_seen = last_seen_of(*facts, now);
        over.expires = later_expiry(*facts, now);
    }
    if (end(over)) {
        return;
    }
    // Its begin was lost, or it is written already.
    Begin begin;
    begin.key = event.key;
    begin.account = accounts_.id(account, event.started);
    begin.agent = event.recorded ? std::string_view(event.text) : std::string_view();
    begin.recorded = event.recorded;
    begin.started = event.started;
    begin.began_at = facts ? to_wall(facts->begun, now) : event.started;
    begin.began_sequence = facts ? facts->begun_sequence : event.sequence;
    begin.lifetime = facts ? facts->lifetime : Lifetime{};
    begin.expires = facts ? to_wall(facts->deadline, now) : event.started + Lifetime{}.absolute;
    begin.memory_days = facts ? facts->memory_days : 0;
    insert(begin);
    end(over);
}

void SessionWriter::write_live(const Row& row, std::string_view account, Now now) {
    Begin begin;
    begin.key = row.key;
    begin.account = accounts_.id(account, row.started);
    begin.recorded = row.recorded;
    if (row.recorded) {
        begin.agent = row.agent;
        begin.label = row.label;
        begin.address = row.address;
        begin.user_agent = row.user_agent;
    }
    begin.started = row.started;
    begin.began_at = to_wall(row.begun, now);
    begin.began_sequence = row.begun_sequence;
    begin.lifetime = row.lifetime;
    begin.expires = to_wall(row.deadline, now);
    begin.memory_days = row.memory_days;
    insert(begin);
    if (row.pending_end) {
        write_pending(row.key, row.pending_end);
    }
}

bool SessionWriter::write_over(const EndedFacts& facts, Now now) {
    // Without a begin of its own there is nothing to tell: a run-out cookie that somebody brought.
    if (facts.begun_sequence == 0 || facts.ended_sequence == 0) {
        return false;
    }
    Begin begin;
    begin.key = facts.key;
    begin.account = accounts_.id(facts.account, facts.started);
    begin.agent = facts.recorded ? std::string_view(facts.agent) : std::string_view();
    begin.recorded = facts.recorded;
    begin.started = facts.started;
    begin.began_at = to_wall(facts.begun, now);
    begin.began_sequence = facts.begun_sequence;
    begin.lifetime = facts.lifetime;
    begin.expires = to_wall(facts.deadline, now);
    begin.memory_days = facts.memory_days;
    insert(begin);
    end({facts.key, to_wall(facts.ended_at, now), facts.ended_sequence, facts.reason, facts.by, facts.why,
         facts.message, last_seen_of(facts, now), later_expiry(facts, now)});
    return true;
}

void SessionWriter::write_rekeyed(const Event& event) {
    if (const auto earlier = parse_ref(event.text)) {
        rekey_.with(*earlier, event.key).run();
        lead_on_.with(*earlier, event.key).run();
        remove_alias_.with(event.key).run();
    }
}

void SessionWriter::write_pending(const Event& event, HistoryFeed& feed, Now now) {
    // Of one that is over by now, the end tells all.
    if (Row row; feed.tracker().read_row(event.key, now, row)) {
        write_pending(event.key, row.pending_end);
    }
}

void SessionWriter::write_pending(SessionKey key, const std::optional<PendingEnd>& pending) {
    if (!pending) {
        pend_.with(key, nullptr, nullptr, nullptr, nullptr, nullptr).run();
        return;
    }
    pend_
        .with(key, pending->since, pending->until, text_or_null(pending->by), text_or_null(pending->why),
              text_or_null(pending->message))
        .run();
}

void SessionWriter::write_renewed(const Event& event) {
    write_rekeyed(event);
    if (const auto earlier = parse_ref(event.text)) {
        add_alias_.with(*earlier, event.key).run();
        remember_renewed_.with(event.key).run();
    }
}

void SessionWriter::write_forgotten(const Event& event) {
    remove_alias_.with(event.key).run();
}

void SessionWriter::write_alias(SessionKey earlier, SessionKey session) {
    // The event that said so may be lost.
    rekey_.with(earlier, session).run();
    add_alias_.with(earlier, session).run();
}

void SessionWriter::forget_aliases() {
    connection_.execute("DELETE FROM alias");
}

void SessionWriter::write_lost(SessionKey key, std::uint64_t sequence, WallTime at) {
    end({key, at, sequence, EndReason::idle});
}

}  // namespace agent_sessions::tracker::history
