// The application's own cookies in a request and in its answer.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "ngx_module/configuration.h"
#include "ngx_module/gateway/cookie_list.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// One of the adopted cookies. Views live as long as the request.
struct AdoptedCookie {
    std::uint8_t number = 0;  // its place among CookieConfiguration::adopted
    std::string_view name;
    std::string_view value;
};

// Does any come with the request, whatever its value?
bool brings_adopted(const ngx_http_request_t& request, const CookieConfiguration& configuration) noexcept;

// Whether a line of the request has what an application may take for one of them, or for another value, and
// we don't.
bool is_ambiguous(const ngx_http_request_t& request, const CookieConfiguration& configuration) noexcept;

// All that come with the request, in the configuration's order, then the request's. Empty values, and those
// longer than any browser keeps, are none. Throws std::bad_alloc.
std::vector<AdoptedCookie> adopted_in_request(const ngx_http_request_t& request,
                                              const CookieConfiguration& configuration);

// Takes cookies out of the request, for nginx and for whatever it asks; what stays, stays byte for byte, and
// a line without any is gone. Throws std::bad_alloc.
void strip_cookies(ngx_http_request_t& request,
                   const std::function<bool(const gateway::Cookie&)>& is_unwanted);

// What the answer sets, or clears: Max-Age of zero, an expiry in the past, or an empty value.
struct GivenCookie : AdoptedCookie {
    std::uint16_t scope = 0;
    bool is_cleared = false;
};

// What a browser has in the end: of several lines about the same cookie, the last one. Throws
// std::bad_alloc.
std::vector<GivenCookie> adopted_in_answer(const ngx_http_request_t& request,
                                           const CookieConfiguration& configuration);

// Takes every adopted cookie that the answer sets out of it; what it clears stays. Throws std::bad_alloc.
void withhold_adopted(ngx_http_request_t& request, const CookieConfiguration& configuration);

}  // namespace agent_sessions::ngx
