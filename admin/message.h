// The admin endpoint's view of a request and an answer: plain values, so that everything behind it is pure.
// Thread safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tracker/time.h"
#include "tracker/types.h"

namespace agent_sessions::admin {

class PageFiles;

enum class Role { none, viewer, operator_, admin };

// Who asks, as the operator's configuration says. Values are the raw ones of the directives: this folder
// parses them.
struct Caller {
    std::string user;       // agent_sessions_admin_user; may be empty
    std::string role;       // agent_sessions_admin_role: viewer | operator | admin; anything else = refused
    std::string accounts;   // agent_sessions_admin_account: comma list or "*"; empty = refused
    bool write = false;     // agent_sessions_admin … write=on
    std::string time_zone;  // agent_sessions_timezone at this location; empty = UTC
    // The session that the caller's own cookie names, live or not; nullopt = no genuine cookie came.
    std::optional<tracker::SessionKey> own_session{};
};

// Views live as long as the request. Header values are the raw ones; absent = nullopt.
struct Request {
    std::string_view method;
    std::string_view
        path;  // below the location, without a leading slash, not percent-decoded: "api/1/sessions"
    std::string_view query;  // without "?", not decoded
    std::string_view body;
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> host;
    std::optional<std::string_view> origin;
    std::optional<std::string_view> sec_fetch_site;
    std::optional<std::string_view> accept;
    std::optional<std::string_view> accept_encoding;
    std::optional<std::string_view> if_none_match;
    std::string_view address;     // of the client, for the audit
    std::string_view request_id;  // for problem documents; may be empty
    Caller caller;
    tracker::Now now;
    bool has_keys = true;                   // the worker that answers can tell genuine cookies from others
    const PageFiles* page_files = nullptr;  // of the operator; null = none. Outlives the request
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // Content-Type included, Content-Length not
    std::string body;
    // A line for the error log, without secrets; empty = none. (E.g. which directive is missing.)
    std::string log;
};

}  // namespace agent_sessions::admin
