#include "admin/overview.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "admin/answer.h"
#include "admin/problem.h"
#include "admin/query.h"
#include "admin/scoped_accounts.h"
#include "admin/session_filter.h"
#include "admin/session_json.h"
#include "admin/version.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 1> kUsageParameters{"account"};

json::value count_or_null(std::optional<std::uint64_t> count) {
    return count ? json::value(*count) : json::value(nullptr);
}

ScopedAccounts accounts_of(const Access& access, tracker::Tracker tracker) {
    return ScopedAccounts(tracker, access.scope, access.time_zone);
}

}  // namespace

Response root_response(const Request& request, const Access& access) {
    require_no_query(request);
    json::array accounts(access.scope.names().begin(), access.scope.names().end());
    if (access.scope.all()) {
        accounts.emplace_back("*");
    }
    return json_response(json::object{
        {"name", "agent-sessions"},
        {"version", kVersion},
        {"api", kApiVersion},
        {"user", access.user.empty() ? json::value(nullptr) : json::value(json::string(access.user))},
        {"role", to_string(access.role)},
        {"accounts", std::move(accounts)},
        {"write", access.write},
        {"time_zone", access.time_zone},
        {"links",
         {
             {"accounts", "accounts"},
             {"sessions", "sessions"},
             {"session", "sessions/{ref}"},
             {"terminate", "sessions/terminate"},
             {"usage", "usage"},
             {"health", "../../health"},
             {"page", "../../"},
         }},
    });
}

Response accounts_response(const Request& request, const Access& access, tracker::Tracker tracker) {
    require_no_query(request);
    ScopedAccounts accounts = accounts_of(access, tracker);
    json::array entries;
    for (const tracker::AccountUsage& usage : accounts.usages()) {
        entries.push_back(json::object{
            {"name", usage.name},
            {"current", usage.current},
            {"total", count_or_null(usage.total)},
            {"time_zone", accounts.zone_or_fallback(usage.time_zone)},
            {"agents", usage.agents},
            {"untracked", usage.untracked},
        });
    }
    return json_response(
        json::object{{"accounts", std::move(entries)}, {"generated_at", time_text(request.now.wall)}});
}

Response usage_response(const Request& request, const Access& access, tracker::Tracker tracker) {
    const Query query = Query::parse(request.query, kUsageParameters);
    ScopedAccounts accounts = accounts_of(access, tracker);
    if (const auto account = query.find("account")) {
        SessionFilter filter;
        filter.set(Source::query, "account", "account", account);
        accounts.narrow(*account);
    }
    const UsageFigures figures = accounts.figures();
    return json_response(json::object{
        {"account", accounts.single() == nullptr ? "*" : *accounts.single()},
        {"time_zone", accounts.time_zone()},
        {"current", figures.current},
        {"total", count_or_null(figures.total)},
        {"agents", figures.agents},
        {"untracked", figures.untracked},
    });
}

Response session_response(const Request& request, const Access& access, tracker::Tracker tracker,
                          tracker::SessionKey key) {
    ScopedAccounts accounts = accounts_of(access, tracker);
    tracker::Row row;
    const bool live = tracker.read_row(key, request.now, row, true);
    const std::string* const account = live ? accounts.covered_name(row.account) : nullptr;
    if (account == nullptr) {
        throw refusal_of(ErrorCode::session_not_found);
    }
    return json_response(detailed_session_json(
        row, {*account, accounts.time_zone(row.account), row.key == access.own_session}));
}

}  // namespace agent_sessions::admin
