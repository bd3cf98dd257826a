#include "admin/overview.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "admin/answer.h"
#include "admin/json_values.h"
#include "admin/problem.h"
#include "admin/query.h"
#include "admin/scoped_accounts.h"
#include "admin/session_json.h"
#include "admin/version.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kAccountColumns{"name",      "current", "total",
                                                          "time_zone", "agents",  "untracked"};

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
             {"keep", "sessions/keep"},
             {"erase", "erase"},
             {"usage", "usage"},
             {"minutes", "usage/minutes"},
             {"peak", "usage/peak"},
             {"history", "history"},
             {"ended", "ended"},
             {"audit", "audit"},
             {"health", "../../health"},
             {"page", "../../"},
         }},
    });
}

Response accounts_response(const Request& request, const ListFormat& format, const Access& access,
                           tracker::Tracker tracker) {
    require_no_query(request);
    ScopedAccounts accounts = accounts_of(access, tracker);
    json::array entries;
    for (const tracker::AccountUsage& usage : accounts.usages()) {
        entries.push_back(json::object{
            {"name", usage.name},
            {"current", usage.current},
            {"total", number_or_null(usage.total)},
            {"time_zone", accounts.zone_or_fallback(usage.time_zone)},
            {"agents", usage.agents},
            {"untracked", usage.untracked},
        });
    }
    return format.answer(
        json::object{{"accounts", std::move(entries)}, {"generated_at", time_text(request.now.wall)}},
        "accounts", kAccountColumns, request.now.wall);
}

Response session_response(const Request& request, const Access& access, tracker::Tracker tracker,
                          tracker::SessionKey key) {
    ScopedAccounts accounts = accounts_of(access, tracker);
    tracker.find_unproven(key, request.now);  // ends one whose time is over
    // The account alone: how much there is to copy of a foreign session must not show in the time.
    const std::optional<std::uint16_t> index = tracker.account_of(key, request.now);
    const std::string* const account = index ? accounts.covered_name(*index) : nullptr;
    tracker::Row row;
    if (account == nullptr || !tracker.read_row(key, request.now, row, true) || row.account != *index) {
        throw refusal_of(ErrorCode::session_not_found);
    }
    return json_response(detailed_session_json(
        row, {*account, accounts.time_zone(row.account), row.key == access.own_session}));
}

}  // namespace agent_sessions::admin
