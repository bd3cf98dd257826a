// The check: whether a request goes on to the application. Callbacks of phases.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// REWRITE, before the rewrite module's own handler, so that `return` does not answer those who are refused.
ngx_int_t check_request(ngx_http_request_t* request) noexcept;

// PREACCESS: whatever `if`, `rewrite` and error_page made of a refused request, it reaches no content
// handler.
ngx_int_t stop_refused(ngx_http_request_t* request) noexcept;

}  // namespace agent_sessions::ngx
