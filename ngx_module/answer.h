// Sends answers of our own.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Adds a field to the answer's header. false = out of memory. Views must live as long as the request.
bool add_header(ngx_http_request_t& request, std::string_view name, std::string_view value) noexcept;

// Sends header and body; the result is for ngx_http_finalize_request(). Names, values and body must live as
// long as the request; the request's body must have been read or discarded.
ngx_int_t send_answer(ngx_http_request_t& request, int status,
                      std::span<const std::pair<std::string, std::string>> headers,
                      std::string_view body) noexcept;

}  // namespace agent_sessions::ngx
