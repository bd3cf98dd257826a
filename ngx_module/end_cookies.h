// The application's own cookies that are cleared with the message to an ended session
// (agent_sessions_end_cookies), so that the application asks for a login again.
#pragma once

#include "ngx_module/configuration.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Adds what clears them to the answer. false = out of memory.
bool clear_application_cookies(ngx_http_request_t& request,
                               const LocationConfiguration& configuration) noexcept;

}  // namespace agent_sessions::ngx
