#include "admin/access.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>

#include "admin/field_list.h"
#include "admin/handle.h"
#include "admin/origin.h"
#include "admin/problem.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

// Something that the operator should look at.
Refusal misconfigured(ErrorCode code, std::string detail, std::string log) {
    Refusal refusal = refusal_of(code, std::move(detail));
    refusal.log = std::move(log);
    return refusal;
}

bool is_json(std::string_view content_type) {
    const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
    return boost::algorithm::iequals(type, "application/json", std::locale::classic());
}

}  // namespace

Scope Scope::parse(std::string_view list) {
    Scope scope;
    while (const auto name = next_of_list(list, ',')) {
        if (*name == "*") {
            scope.all_ = true;
        } else if (!name->empty() && !scope.covers(*name)) {
            scope.names_.emplace_back(*name);
        }
    }
    if (scope.all_) {
        scope.names_.clear();
    }
    return scope;
}

bool Scope::covers(std::string_view account) const {
    return all_ || std::find(names_.begin(), names_.end(), account) != names_.end();
}

Role parse_role(std::string_view role) noexcept {
    if (role == "viewer") {
        return Role::viewer;
    }
    if (role == "operator") {
        return Role::operator_;
    }
    if (role == "admin") {
        return Role::admin;
    }
    return Role::none;
}

std::string_view to_string(Role role) noexcept {
    switch (role) {
        case Role::viewer:
            return "viewer";
        case Role::operator_:
            return "operator";
        case Role::admin:
            return "admin";
        case Role::none:
            break;
    }
    return "none";
}

Role require_role(const Caller& caller) {
    const Role role = parse_role(caller.role);
    if (role == Role::none) {
        throw misconfigured(
            ErrorCode::role_missing,
            "The server's configuration gives you none of the roles viewer, operator and admin here.",
            caller.role.empty()
                ? "admin request refused: the value of \"agent_sessions_admin_role\" is empty"
                : "admin request refused: the value of \"agent_sessions_admin_role\" is not viewer, operator "
                  "or admin");
    }
    return role;
}

Access require_access(const Caller& caller) {
    Access access;
    access.role = require_role(caller);
    access.scope = Scope::parse(caller.accounts);
    if (access.scope.empty()) {
        throw misconfigured(ErrorCode::account_missing,
                            "The server's configuration gives you no account here.",
                            "admin request refused: the value of \"agent_sessions_admin_account\" is empty");
    }
    access.user = valid_text(caller.user);
    access.write = caller.write;
    access.time_zone = caller.time_zone.empty() ? "UTC" : caller.time_zone;
    access.own_session = caller.own_session;
    return access;
}

void require_change(const Request& request, const Access& access) {
    if (!access.write) {
        throw refusal_of(ErrorCode::read_only,
                         "Nothing can be changed here: \"agent_sessions_admin\" has no write=on.");
    }
    if (access.role != Role::operator_ && access.role != Role::admin) {
        throw refusal_of(ErrorCode::role_insufficient, "Changes need the role operator or admin.");
    }
    if (!is_same_origin(request)) {
        throw refusal_of(ErrorCode::cross_site,
                         "A browser sent this from another site, or without saying from where it did.");
    }
    if (request.body.size() > kMaxBodyBytes) {
        throw refusal_of(ErrorCode::body_too_large,
                         "A body may have " + std::to_string(kMaxBodyBytes) + " bytes at most.");
    }
    if (!request.body.empty() && !is_json(request.content_type.value_or(""))) {
        throw refusal_of(ErrorCode::unsupported_media_type, "Content-Type must be application/json.");
    }
}

void require_admin(const Access& access, std::string_view what) {
    if (access.role != Role::admin) {
        throw refusal_of(ErrorCode::role_insufficient, std::string(what) + " needs the role admin.");
    }
}

}  // namespace agent_sessions::admin
