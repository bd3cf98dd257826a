// Learns from an answer who a live session's agent is, what is open, and that the agent has logged out.
// REQUIRES: state.live, and the answer is none that refuses.
#pragma once

#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// Is there anything to learn from an answer to this request? Cost: a few loads.
inline bool follows_answers(const ngx_http_request_t& request,
                            const LocationConfiguration& configuration) noexcept {
    return configuration.follows_answers != 0 || request.headers_in.authorization != nullptr;
}

// A Guest becomes an agent; a different agent on the same cookie ends the session and begins another, with a
// new cookie in this answer. May throw std::bad_alloc.
void follow_identity(Tracking& tracking);

// Does this answer log its agent out (agent_sessions_logout)?
bool is_logout(Tracking& tracking) noexcept;

// Ends the session, for the reason `logout`.
void log_out(Tracking& tracking) noexcept;

// Opens, refreshes or renames the interaction that the request belongs to, and closes the one that the answer
// says is done. A close that meets a busy lock is left to the instance's timeout.
void follow_interaction(Tracking& tracking) noexcept;

}  // namespace agent_sessions::ngx
