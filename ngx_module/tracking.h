// A request while it is tracked: what check and header filter share.
#pragma once

#include <optional>
#include <string_view>

#include "ngx_module/configuration.h"
#include "ngx_module/gateway/token.h"
#include "ngx_module/nginx.h"
#include "ngx_module/request_state.h"
#include "ngx_module/worker.h"
#include "tracker/tracker.h"

namespace agent_sessions::ngx {

// Made anew by each callback; refers to what lives longer.
struct Tracking {
    ngx_http_request_t& request;
    const LocationConfiguration& configuration;
    RequestState& state;
    ZoneWorker& worker;
    tracker::Tracker tracker;
    tracker::Now now;
};

inline bool comes_by_tls(const ngx_http_request_t& request) noexcept {
#if (NGX_HTTP_SSL)
    return request.connection->ssl != nullptr;
#else
    return false;
#endif
}

// Is the cookie a secure one on this connection, and what is its name then?
bool cookie_is_secure(const ngx_http_request_t& request, const LocationConfiguration& configuration) noexcept;
inline std::string_view cookie_name(const ngx_http_request_t& request,
                                    const LocationConfiguration& configuration) noexcept {
    const CookieConfiguration& cookie = *configuration.cookie;
    return comes_by_tls(request) ? cookie.name_on_tls : cookie.name_on_plain;
}

// The account that the request belongs to; never empty.
std::string_view account_of(ngx_http_request_t& request, const LocationConfiguration& configuration) noexcept;
// Who the application, or by default HTTP authentication, says it is; empty = nobody.
std::string_view agent_of(ngx_http_request_t& request, const LocationConfiguration& configuration) noexcept;
// The same; nobody where nginx has not let the request through, so that the name is only what somebody
// claimed.
std::string_view proven_agent_of(const Tracking& tracking) noexcept;

// The key that the state's session has now. With the request may have come an earlier one, which leads to the
// session for a while only.
inline tracker::SessionKey current_key(const Tracking& tracking) noexcept {
    return tracking.tracker.key_of(tracking.state.handle).value_or(tracking.state.key);
}

// Counts the request as untracked, for this cause. What is a fault is logged, once a second.
void note_untracked(Tracking& tracking, tracker::Untracked cause) noexcept;

// Logs, once a second, that the request is refused because tracking it is not possible.
void log_refused(const Tracking& tracking, tracker::Untracked cause) noexcept;

// A token that names nothing yet. nullopt = no key or no randomness.
std::optional<gateway::Token> mint(Tracking& tracking) noexcept;

// Puts the token into the state, to go out with the answer. false = out of memory.
bool set_cookie(Tracking& tracking, const gateway::Token& token);

// Gives out a new cookie with which a session may begin later. nullopt = that failed; then it is counted.
std::optional<gateway::Token> issue_cookie(Tracking& tracking);

// Begins a session and enters it into the state. true = the state's session lives now.
bool begin_session(Tracking& tracking, tracker::SessionKey key, tracker::WallTime started,
                   std::string_view agent, std::optional<tracker::SessionKey> predecessor) noexcept;

}  // namespace agent_sessions::ngx
