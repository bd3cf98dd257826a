// What the admin endpoint answers where it failed itself.
#pragma once

#include <optional>
#include <utility>

#include "ngx_module/guard.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Sends the problem document internal_error, which takes memory of the request's pool alone; the result is
// for ngx_http_finalize_request(). An answer that has begun is cut off.
ngx_int_t send_internal_error(ngx_http_request_t& request) noexcept;

// Runs `body`, whose result is for ngx_http_finalize_request(). What it throws is logged as by guard(), and
// answered.
template <typename Body>
ngx_int_t guard_admin(ngx_http_request_t& request, Body&& body) noexcept {
    const auto result =
        guard<std::optional<ngx_int_t>>(request.connection->log, "an admin request", std::nullopt,
                                        [&body] { return std::optional(std::forward<Body>(body)()); });
    return result ? *result : send_internal_error(request);
}

}  // namespace agent_sessions::ngx
