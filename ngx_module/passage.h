// Whether a request was let through to the application, or turned away on its way there.
//
// The answer's status does not always tell: "error_page 401 = /login" makes a 200 of a refusal.
#pragma once

#include "ngx_module/nginx.h"
#include "ngx_module/request_state.h"

namespace agent_sessions::ngx {

// Handler of the PRECONTENT phase, which only a request reaches that nginx let through.
ngx_int_t note_passage(ngx_http_request_t* request) noexcept;

// REQUIRES: `request` was decided and comes again, redirected inside nginx (and not rewritten).
void note_redirect(const ngx_http_request_t& request, RequestState& state) noexcept;

// Whether an error led a request here of which nobody has seen whether it was refused.
bool may_have_been_refused(const ngx_http_request_t& request) noexcept;

// Whether nginx's access checks have let the request through, at the place where it is answered. A limit, or
// a `return`, answers before them. Cost: a walk over the handlers that were left.
bool is_past_access_checks(const ngx_http_request_t& request) noexcept;

}  // namespace agent_sessions::ngx
