#include "tracker/history/act_writer.h"

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

std::optional<std::string_view> text_or_null(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::string_view word_for(ActKind kind) noexcept {
    return kind == ActKind::erase ? "erase" : "terminate";
}

}  // namespace

ActWriter::ActWriter(Connection& connection, AccountIds& accounts)
    : connection_(connection),
      accounts_(accounts),
      audit_(connection.prepare(R"sql(
INSERT OR IGNORE INTO audit (id, at, user, role, address, action, accounts, what, agent, reason, message, ended,
                             result)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
)sql")),
      boundary_(connection.prepare(R"sql(
INSERT OR IGNORE INTO not_before (id, account, agent, boundary, at, ended_by, why, message, pending)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
)sql")),
      finished_(connection.prepare("UPDATE audit SET ended = ? WHERE id = ?")),
      settled_(connection.prepare("UPDATE not_before SET pending = 0 WHERE id = ?")) {}

void ActWriter::write(const Act& act) {
    const bool erases = act.kind == ActKind::erase && !act.refused;
    audit_
        .with(act.number, act.at, text_or_null(act.user), act.role, text_or_null(act.address),
              word_for(act.kind), act.accounts, act.what,
              text_or_null(act.kind == ActKind::erase ? act.pseudonym : act.agent), text_or_null(act.reason),
              text_or_null(act.message), act.ended, act.refused ? "refused" : "done")
        .run();
    if (act.boundary != 0) {
        boundary_
            .with(act.number, accounts_.id(act.account, act.at), text_or_null(act.agent), act.boundary,
                  act.at, text_or_null(act.user), text_or_null(act.reason), text_or_null(act.message))
            .run();
    }
    if (erases && !act.agent.empty()) {
        erase(act);
    }
}

void ActWriter::write_finished(std::uint64_t number, std::uint64_t ended) {
    finished_.with(ended, number).run();
    settled_.with(number).run();
}

void ActWriter::erase(const Act& act) {
    const std::int64_t all = accounts_.id(kAllAccounts, act.at);
    const std::int64_t account = accounts_.id(act.account, act.at);
    connection_
        .prepare(R"sql(
UPDATE session SET agent = ?2, address = NULL, user_agent = NULL
WHERE agent = ?1 AND (?3 = ?4 OR account = ?3)
)sql")
        .with(act.agent, act.pseudonym, account, all)
        .run();
    connection_.prepare("UPDATE not_before SET agent = ?2 WHERE agent = ?1 AND (?3 = ?4 OR account = ?3)")
        .with(act.agent, act.pseudonym, account, all)
        .run();
    // An act may have been about several accounts, so that it can't be told whose name it was: better one too
    // many.
    connection_
        .prepare(R"sql(
UPDATE audit SET agent = CASE WHEN agent = ?1 THEN ?2 ELSE agent END, what = replace(what, ?1, ?2),
    reason = replace(reason, ?1, ?2), message = replace(message, ?1, ?2)
WHERE (agent = ?1 OR instr(what, ?1) > 0 OR instr(reason, ?1) > 0 OR instr(message, ?1) > 0)
    AND (?3 = ?4 OR instr(char(10) || accounts, char(10) || ?5 || char(10)) > 0)
)sql")
        .with(act.agent, act.pseudonym, account, all, act.account)
        .run();
}

}  // namespace agent_sessions::tracker::history
