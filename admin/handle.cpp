#include "admin/handle.h"

#include <array>
#include <string>
#include <utility>

#include "admin/access.h"
#include "admin/assets.h"
#include "admin/conditional.h"
#include "admin/erase_task.h"
#include "admin/health.h"
#include "admin/history_lists.h"
#include "admin/keep_task.h"
#include "admin/list_format.h"
#include "admin/list_task.h"
#include "admin/overview.h"
#include "admin/page.h"
#include "admin/page_files.h"
#include "admin/problem.h"
#include "admin/query.h"
#include "admin/refusal_response.h"
#include "admin/routes.h"
#include "admin/segment_check.h"
#include "admin/terminate_task.h"
#include "admin/usage.h"

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kRead = "GET, HEAD";

bool is_read(const Request& request) {
    return request.method == "GET" || request.method == "HEAD";
}

Refusal method_not_allowed(std::string_view allow) {
    Refusal refusal = refusal_of(ErrorCode::method_not_allowed, "Here work: " + std::string(allow) + ".");
    refusal.allow = allow;
    return refusal;
}

void require_read(const Request& request) {
    if (!is_read(request)) {
        throw method_not_allowed(kRead);
    }
}

void require_table(tracker::Tracker tracker) {
    if (!tracker) {
        throw refusal_of(ErrorCode::unavailable);
    }
}

Handled at_once(Response response) {
    return {std::move(response), nullptr};
}
Handled in_steps(std::unique_ptr<Task> task) {
    return {std::nullopt, std::move(task)};
}

void require_post(const Request& request, const Access& access) {
    if (request.method != "POST") {
        throw method_not_allowed("POST");
    }
    require_change(request, access);
    require_no_query(request);
}

Handled handle_terminate(const Request& request, const Access& access, tracker::Tracker tracker) {
    require_post(request, access);
    return in_steps(make_terminate_task(request, access, tracker));
}

Handled handle_keep(const Request& request, const Access& access, tracker::Tracker tracker) {
    require_post(request, access);
    return in_steps(make_keep_task(request, access, tracker));
}

Handled handle_erase(const Request& request, const Access& access, tracker::Tracker tracker,
                     tracker::history::Reader* history) {
    require_post(request, access);
    return in_steps(make_erase_task(request, access, tracker, history));
}

Handled handle_session(std::string_view ref, const Request& request, const Access& access,
                       tracker::Tracker tracker) {
    const bool deletes = request.method == "DELETE";
    if (!deletes && !is_read(request)) {
        throw method_not_allowed("GET, HEAD, DELETE");
    }
    if (deletes) {
        require_change(request, access);
    }
    require_no_query(request);
    const std::optional<tracker::SessionKey> key = tracker::parse_ref(ref);
    if (!key) {
        throw refusal_of(ErrorCode::session_not_found);
    }
    return deletes ? in_steps(make_delete_task(request, access, tracker, *key))
                   : at_once(session_response(request, access, tracker, *key));
}

using HandleList = Handled (*)(const Request& request, const ListFormat& format, const Access& access,
                               tracker::Tracker tracker, tracker::history::Reader* history);

template <auto make_task>
Handled with_history(const Request& request, const ListFormat& format, const Access& access,
                     tracker::Tracker tracker, tracker::history::Reader* history) {
    return in_steps(make_task(request, format, access, tracker, history));
}

Handled handle_accounts(const Request& request, const ListFormat& format, const Access& access,
                        tracker::Tracker tracker, tracker::history::Reader* /*history*/) {
    return at_once(accounts_response(request, format, access, tracker));
}

Handled handle_sessions(const Request& request, const ListFormat& format, const Access& access,
                        tracker::Tracker tracker, tracker::history::Reader* /*history*/) {
    return in_steps(make_list_task(request, format, access, tracker));
}

// What is told as JSON or as CSV.
constexpr std::array<std::pair<std::string_view, HandleList>, 8> kLists{{
    {"accounts", handle_accounts},
    {kSessions, handle_sessions},
    {"usage", handle_usage},
    {"usage/minutes", with_history<make_minutes_task>},
    {"usage/peak", with_history<make_peak_task>},
    {"history", with_history<make_history_list_task>},
    {"ended", with_history<make_ended_list_task>},
    {"audit", with_history<make_audit_list_task>},
}};

Handled handle_api(std::string_view path, const Request& request, const Access& access,
                   tracker::Tracker tracker, tracker::history::Reader* history) {
    for (const auto& [route, handle_list] : kLists) {
        if (route == ListFormat::route_of(path)) {
            require_read(request);
            return handle_list(request, ListFormat(request), access, tracker, history);
        }
    }
    if (path == kTerminate) {
        return handle_terminate(request, access, tracker);
    }
    if (path == kKeep) {
        return handle_keep(request, access, tracker);
    }
    if (path == kErase) {
        return handle_erase(request, access, tracker, history);
    }
    if (path.starts_with(kOneSession)) {
        return handle_session(path.substr(kOneSession.size()), request, access, tracker);
    }
    if (path.empty()) {
        require_read(request);
        return at_once(root_response(request, access));
    }
    if (path == "openapi.json") {
        require_read(request);
        require_no_query(request);
        return at_once(asset_response(*find_asset(request.path), request));
    }
    throw refusal_of(ErrorCode::not_found);
}

// A load balancer has a role at most; which accounts there are does not matter to it.
Handled handle_health(const Request& request, tracker::Tracker tracker) {
    require_role(request.caller);
    require_read(request);
    require_no_query(request);
    require_table(tracker);
    return at_once(health_response(tracker.figures(), tracker.history_status(), request.has_keys,
                                   Scope::parse(request.caller.accounts).all(), request.now));
}

// It takes a processor for a while, and tells of every account.
Handled handle_segment_check(const Request& request, const Access& access, tracker::Tracker tracker,
                             tracker::history::Reader* history) {
    require_read(request);
    require_no_query(request);
    require_admin(access, "A look at the whole segment");
    if (!access.scope.all()) {
        throw refusal_of(ErrorCode::not_found);
    }
    require_table(tracker);
    return in_steps(make_segment_check_task(request, tracker, history));
}

// The operator's own, where there is one.
const Asset* page_file(const Request& request) noexcept {
    const Asset* const own = request.page_files != nullptr ? request.page_files->find(request.path) : nullptr;
    return own != nullptr ? own : find_asset(request.path);
}

Handled route(const Request& request, tracker::Tracker tracker, tracker::history::Reader* history) {
    if (request.path == "health") {
        return handle_health(request, tracker);
    }
    const Access access = require_access(request.caller);
    if (request.path == "health/segment") {
        return handle_segment_check(request, access, tracker, history);
    }
    if (request.path.starts_with(kApi)) {
        require_table(tracker);
        Handled handled = handle_api(request.path.substr(kApi.size()), request, access, tracker, history);
        return is_read(request) ? conditional(std::move(handled), request.if_none_match.value_or(""))
                                : std::move(handled);
    }
    if (const Asset* const asset = page_file(request)) {
        require_read(request);
        return at_once(asset_response(*asset, request));
    }
    throw refusal_of(ErrorCode::not_found);
}

}  // namespace

Handled handle(const Request& request, tracker::Tracker tracker, tracker::history::Reader* history) {
    try {
        return route(request, tracker, history);
    } catch (const Refusal& refusal) {
        return at_once(refusal_response(refusal, request, tracker));
    }
}

}  // namespace agent_sessions::admin
