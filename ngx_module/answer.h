// Sends answers of our own.
#pragma once

#include <cstddef>
#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Adds a field to the answer's header. false = out of memory. Views must live as long as the request.
bool add_header(ngx_http_request_t& request, std::string_view name, std::string_view value) noexcept;

// The two ends of send_answer().
void open_answer(ngx_http_request_t& request, int status, std::size_t body_bytes) noexcept;
ngx_int_t finish_answer(ngx_http_request_t& request, int status, std::string_view body) noexcept;

// Sends header and body; the result is for ngx_http_finalize_request(). `headers` are pairs of name and
// value; all of them and the body must live as long as the request; the request's body must have been read or
// discarded.
template <typename Headers>
ngx_int_t send_answer(ngx_http_request_t& request, int status, const Headers& headers,
                      std::string_view body) noexcept {
    open_answer(request, status, body.size());
    for (const auto& [name, value] : headers) {
        if (!add_header(request, name, value)) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    return finish_answer(request, status, body);
}

}  // namespace agent_sessions::ngx
