// The conditions of a request (RFC 9110 13): "only if it is not what I have".
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Takes a field off the request, for nginx and for whatever it asks.
void take_off(ngx_table_elt_t& field) noexcept;

// Takes If-None-Match and If-Modified-Since off the request, for nginx and for whatever it asks, so that the
// answer is a whole one and no 304, on which no cookie may be set. A browser that keeps a page would
// otherwise never get one. Cost: O(header fields).
void drop_conditions(ngx_http_request_t& request) noexcept;

}  // namespace agent_sessions::ngx
