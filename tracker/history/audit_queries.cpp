#include "tracker/history/audit_queries.h"

#include <algorithm>
#include <tuple>

#include "tracker/history/conditions.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_visible(const std::vector<std::string>& accounts, const AuditQuestion& question) {
    if (question.account && !contains(accounts, *question.account) && !contains(accounts, kAllAccounts)) {
        return false;
    }
    // A row about nothing is for those who see everything.
    return question.scope.all ||
           (!accounts.empty() && std::all_of(accounts.begin(), accounts.end(), [&](const std::string& name) {
               return name != kAllAccounts && contains(question.scope.names, name);
           }));
}

AuditEntry entry_of(const Statement& row, std::vector<std::string> accounts) {
    AuditEntry entry;
    entry.id = row.integer(0);
    entry.at = row.instant(1);
    entry.user = row.text_or_null(2);
    entry.role = row.text(3);
    entry.address = row.text_or_null(4);
    entry.action = row.text(5);
    entry.accounts = std::move(accounts);
    entry.what = row.text(7);
    entry.agent = row.text_or_null(8);
    entry.reason = row.text_or_null(9);
    entry.message = row.text_or_null(10);
    entry.ended = row.integer(11);
    entry.result = row.text(12);
    return entry;
}

bool is_behind(const AuditPlace& after, const Statement& row) {
    return std::tuple(row.instant(1), row.integer(0)) < std::tuple(after.at, after.id);
}

}  // namespace

AuditPage read_audit(Connection& connection, const AuditQuestion& question) {
    Conditions conditions;
    conditions.add("at >= ? AND at < ?", question.from, question.to);
    if (question.user && question.user->empty()) {
        conditions.add("user IS NULL");
    } else if (question.user) {
        conditions.add("user = ?", *question.user);
    }
    if (question.action) {
        conditions.add("action = ?", *question.action);
    }
    Statement query = connection.prepare(
        "SELECT id, at, user, role, address, action, accounts, what, agent, reason, message, ended, result "
        "FROM audit" +
        conditions.sql() + " ORDER BY at DESC, id DESC");
    conditions.bind(query);
    AuditPage page;
    while (query.step()) {
        std::vector<std::string> accounts = lines_of(query.text(6));
        if (!is_visible(accounts, question)) {
            continue;
        }
        ++page.filtered;
        if (question.after && !is_behind(*question.after, query)) {
            continue;
        }
        if (page.entries.size() < question.limit) {
            page.entries.push_back(entry_of(query, std::move(accounts)));
        } else if (!page.next) {
            page.next = {page.entries.back().at, page.entries.back().id};
        }
    }
    return page;
}

}  // namespace agent_sessions::tracker::history
