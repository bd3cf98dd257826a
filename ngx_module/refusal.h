// Answers what must not reach the application, and the redirects of a reactivation.
#pragma once

#include "ngx_module/nginx.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// Answers as the plan says. REQUIRES: gateway::answers_itself(state.planned). The result is a phase handler's
// in the REWRITE phase.
ngx_int_t answer_plan(Tracking& tracking);

// Answers a refused request again, after error_page has led it to where it must not go. Ends the request.
void answer_refused_again(ngx_http_request_t& request, RequestState& state) noexcept;

}  // namespace agent_sessions::ngx
