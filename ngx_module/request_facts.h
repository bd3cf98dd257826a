// What the request path reads of a request. Views live as long as the request.
#pragma once

#include <optional>
#include <string_view>

#include "ngx_module/gateway/cookie_parser.h"
#include "ngx_module/gateway/request_kind.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// The raw request target, as sent.
struct Target {
    std::string_view path;
    std::string_view query;
};

Target target_of(const ngx_http_request_t& request) noexcept;

// The Host header, or nginx's idea of the host where there is none; may be empty.
std::string_view host_of(const ngx_http_request_t& request) noexcept;

gateway::Method method_of(const ngx_http_request_t& request) noexcept;

// Looks through all Cookie lines; the value is as it came, see CookieSearch. Cost: O(their bytes).
gateway::CookieValue cookie_of(const ngx_http_request_t& request, std::string_view name) noexcept;

// Everything but carries_our_cookie. Cost: O(header fields).
gateway::HeaderFacts header_facts_of(const ngx_http_request_t& request) noexcept;

// The value of the first field of this name. Cost: O(header fields).
std::optional<std::string_view> find_header(const ngx_http_request_t& request,
                                            std::string_view name) noexcept;

}  // namespace agent_sessions::ngx
