// Who may see and do what. The only place that reads a Caller.
//
// Scope (accounts) is asked before anything is counted, paged or searched; role and write before anything
// changes. Thread safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/message.h"

namespace agent_sessions::admin {

// The accounts that a caller may see.
class Scope {
  public:
    // A comma list; white space around a name is cut, empty names are left out, one "*" means all.
    // Nothing left = a scope that covers nothing.
    static Scope parse(std::string_view list);

    bool all() const { return all_; }
    bool empty() const { return !all_ && names_.empty(); }
    bool covers(std::string_view account) const;
    // In the order of the list, each once; empty where all().
    const std::vector<std::string>& names() const { return names_; }

  private:
    bool all_ = false;
    std::vector<std::string> names_;
};

struct Access {
    Role role = Role::none;
    Scope scope;
    std::string user;  // as it is shown, so that acts are found by what lists say
    bool write = false;
    std::string time_zone;  // of the admin location; "UTC" where none is configured
    std::optional<tracker::SessionKey> own_session;
};

// Exact words only: "viewer", "operator", "admin".
Role parse_role(std::string_view role) noexcept;
std::string_view to_string(Role role) noexcept;

// Throws Refusal role_missing.
Role require_role(const Caller& caller);

// Throws Refusal role_missing or account_missing, with a line for the log that names the directive.
Access require_access(const Caller& caller);

// A request that changes something: write=on, operator or admin, from our own pages or no browser, a body in
// JSON. Throws Refusal read_only, role_insufficient, cross_site, unsupported_media_type, body_too_large.
void require_change(const Request& request, const Access& access);

// Throws Refusal role_insufficient. `what` completes "… needs the role admin".
void require_admin(const Access& access, std::string_view what);

}  // namespace agent_sessions::admin
