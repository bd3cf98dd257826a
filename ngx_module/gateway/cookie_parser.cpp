#include "ngx_module/gateway/cookie_parser.h"

namespace agent_sessions::gateway {

namespace {

constexpr bool is_cookie_octet(unsigned char byte) noexcept {
    return byte > 0x20 && byte < 0x7f && byte != '"' && byte != ',' && byte != ';' && byte != '\\';
}

bool is_well_formed(std::string_view value, std::size_t max_value_bytes) noexcept {
    if (value.empty() || value.size() > max_value_bytes) {
        return false;
    }
    for (const char character : value) {
        if (!is_cookie_octet(static_cast<unsigned char>(character))) {
            return false;
        }
    }
    return true;
}

}  // namespace

CookieValue find_cookie(std::span<const std::string_view> lines, std::string_view name,
                        std::size_t max_value_bytes) noexcept {
    CookieSearch search(name);
    for (const std::string_view line : lines) {
        search.look_through(line);
    }
    const CookieValue cookie = search.result();
    if (cookie.status == CookieValue::Status::found && !is_well_formed(cookie.value, max_value_bytes)) {
        return {CookieValue::Status::malformed, {}};
    }
    return cookie;
}

}  // namespace agent_sessions::gateway
