#include "tracker/history/act_writer.h"

#include <cctype>
#include <new>

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

std::optional<std::string_view> text_or_null(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

bool is_part_of_word(unsigned char byte) noexcept {
    return std::isalnum(byte) != 0 || byte == '_' || byte >= 0x80;
}

// Whole words only: "al" is not in "all".
std::string replace_name(std::string_view text, std::string_view name, std::string_view by) {
    std::string replaced;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t found = text.find(name, start);
        if (found == std::string_view::npos) {
            return replaced.append(text.substr(start));
        }
        const std::size_t end = found + name.size();
        const bool begins = found == 0 || !is_part_of_word(static_cast<unsigned char>(text[found - 1]));
        const bool ends = end == text.size() || !is_part_of_word(static_cast<unsigned char>(text[end]));
        replaced.append(text.substr(start, found - start)).append(begins && ends ? by : name);
        start = end;
    }
    return replaced;
}

// without_name(text, name, by) in SQL; NULL stays NULL.
void without_name(sqlite3_context* context, int /*count*/, sqlite3_value** values) noexcept {
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        return;
    }
    const auto text_of = [](sqlite3_value* value) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
        return bytes == nullptr
                   ? std::string_view()
                   : std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
    };
    try {
        const std::string replaced = replace_name(text_of(values[0]), text_of(values[1]), text_of(values[2]));
        sqlite3_result_text(context, replaced.data(), static_cast<int>(replaced.size()), SQLITE_TRANSIENT);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
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
      settled_(connection.prepare("UPDATE not_before SET pending = 0 WHERE id = ?")) {
    sqlite3_create_function_v2(connection.handle(), "without_name", 3,
                               SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr, without_name,
                               nullptr, nullptr, nullptr);
}

void ActWriter::write(const Act& act) {
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
}

void ActWriter::write_finished(std::uint64_t number, std::uint64_t ended) {
    finished_.with(ended, number).run();
    settled_.with(number).run();
}

void ActWriter::erase(const Act& act) {
    if (act.agent.empty()) {
        return;
    }
    const std::int64_t all = accounts_.id(kAllAccounts, act.at);
    const std::int64_t account = accounts_.id(act.account, act.at);
    connection_
        .prepare(R"sql(
UPDATE session SET agent = ?2, address = NULL, user_agent = NULL, why = without_name(why, ?1, ?2),
    message = without_name(message, ?1, ?2)
WHERE agent = ?1 AND (?3 = ?4 OR account = ?3)
)sql")
        .with(act.agent, act.pseudonym, account, all)
        .run();
    connection_
        .prepare(R"sql(
UPDATE not_before SET agent = ?2, why = without_name(why, ?1, ?2), message = without_name(message, ?1, ?2)
WHERE agent = ?1 AND (?3 = ?4 OR account = ?3)
)sql")
        .with(act.agent, act.pseudonym, account, all)
        .run();
    // An act may have been about several accounts, so that it can't be told whose name it was: better one too
    // many.
    connection_
        .prepare(R"sql(
UPDATE audit SET agent = CASE WHEN agent = ?1 THEN ?2 ELSE agent END, what = without_name(what, ?1, ?2),
    reason = without_name(reason, ?1, ?2), message = without_name(message, ?1, ?2)
WHERE (agent = ?1 OR instr(what, ?1) > 0 OR instr(reason, ?1) > 0 OR instr(message, ?1) > 0)
    AND (?3 = ?4 OR instr(char(10) || accounts, char(10) || ?5 || char(10)) > 0)
)sql")
        .with(act.agent, act.pseudonym, account, all, act.account)
        .run();
}

}  // namespace agent_sessions::tracker::history
