// Content handler of the script's location: GET answers the script, POST takes what it sends, OPTIONS what a
// browser asks ahead of a POST from an allowed origin.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

ngx_int_t handle_client(ngx_http_request_t* request) noexcept;

}  // namespace agent_sessions::ngx
