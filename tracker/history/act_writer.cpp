#include "tracker/history/act_writer.h"

#include <array>

#include "tracker/history/schema.h"
#include "tracker/name_removal.h"

namespace agent_sessions::tracker::history {
namespace {

std::optional<std::string_view> text_or_null(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

// mentioned(TEXT) and cleaned(TEXT) in SQL, for one name, and the same for what stands in quotes; gone with
// this object.
class NameRemovalFunctions {
  public:
    NameRemovalFunctions(Connection& connection, std::string_view name, std::string_view pseudonym)
        : database_(connection.handle()), name_(name), pseudonym_(pseudonym) {
        define("mentioned", mentioned<Within::text>);
        define("cleaned", cleaned<Within::text>);
        define("mentioned_in_quotes", mentioned<Within::quotes>);
        define("cleaned_in_quotes", cleaned<Within::quotes>);
    }
    ~NameRemovalFunctions() {
        for (const char* name : {"mentioned", "cleaned", "mentioned_in_quotes", "cleaned_in_quotes"}) {
            define(name, nullptr);
        }
    }
    NameRemovalFunctions(const NameRemovalFunctions&) = delete;
    NameRemovalFunctions& operator=(const NameRemovalFunctions&) = delete;

  private:
    using Function = void (*)(sqlite3_context*, int, sqlite3_value**);

    void define(const char* name, Function function) noexcept {
        sqlite3_create_function_v2(database_, name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                   function == nullptr ? nullptr : this, function, nullptr, nullptr, nullptr);
    }

    static std::string_view text_of(sqlite3_value* value) noexcept {
        const auto* const bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
        return bytes == nullptr
                   ? std::string_view()
                   : std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
    }
    static const NameRemovalFunctions& of(sqlite3_context* context) noexcept {
        return *static_cast<const NameRemovalFunctions*>(sqlite3_user_data(context));
    }
    template <Within within>
    static void mentioned(sqlite3_context* context, int /*count*/, sqlite3_value** values) noexcept {
        sqlite3_result_int(context, mentions(text_of(values[0]), of(context).name_, within) ? 1 : 0);
    }
    template <Within within>
    static void cleaned(sqlite3_context* context, int /*count*/, sqlite3_value** values) noexcept {
        const NameRemovalFunctions& self = of(context);
        if (!mentions(text_of(values[0]), self.name_, within)) {
            sqlite3_result_value(context, values[0]);
            return;
        }
        std::array<char, kMaxMessageBytes> room;
        const std::string_view text =
            replace_mentions(text_of(values[0]), self.name_, self.pseudonym_, room, within);
        sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    }

    sqlite3* database_;
    std::string_view name_;
    std::string_view pseudonym_;
};

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
    audit_
        .with(act.number, act.at, text_or_null(act.user), act.role, text_or_null(act.address),
              to_string(act.kind), act.accounts, act.what,
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
    const NameRemovalFunctions functions(connection_, act.agent, act.pseudonym);
    const int all = act.account == kAllAccounts ? 1 : 0;
    // A row may have the pseudonym already, from an event that was erased in the segment before.
    connection_
        .prepare(R"sql(
UPDATE session SET agent = ?2, address = NULL, user_agent = NULL
WHERE agent IN (?1, ?2) AND (?3 OR account = (SELECT id FROM account WHERE name = ?4))
)sql")
        .with(act.agent, act.pseudonym, all, act.account)
        .run();
    connection_
        .prepare(R"sql(
UPDATE session SET label = cleaned(label), why = cleaned(why), message = cleaned(message)
WHERE (mentioned(label) OR mentioned(why) OR mentioned(message))
    AND (?1 OR account = (SELECT id FROM account WHERE name = ?2))
)sql")
        .with(all, act.account)
        .run();
    // What was about several accounts can't be told apart: better one name too many, unless sessions are
    // still to be ended by it.
    connection_
        .prepare(R"sql(
UPDATE not_before SET agent = CASE WHEN agent = ?1 THEN ?2 ELSE agent END, why = cleaned(why),
    message = cleaned(message)
WHERE (agent = ?1 OR mentioned(why) OR mentioned(message))
    AND (?3 OR account = (SELECT id FROM account WHERE name = ?4)
         OR (pending = 0 AND account = (SELECT id FROM account WHERE name = '*')))
)sql")
        .with(act.agent, act.pseudonym, all, act.account)
        .run();
    // The words of an act on all accounts are not for those who can't even see it.
    connection_
        .prepare(R"sql(
UPDATE audit SET agent = CASE WHEN agent = ?1 THEN ?2 ELSE agent END, what = cleaned_in_quotes(what),
    reason = cleaned(reason), message = cleaned(message)
WHERE (agent = ?1 OR mentioned_in_quotes(what) OR mentioned(reason) OR mentioned(message))
    AND (?3 OR instr(char(10) || accounts, char(10) || ?4 || char(10)) > 0
         OR (accounts = '*' || char(10) AND agent = ?1))
)sql")
        .with(act.agent, act.pseudonym, all, act.account)
        .run();
    connection_.execute("UPDATE state SET unscrubbed = 1");
}

}  // namespace agent_sessions::tracker::history
