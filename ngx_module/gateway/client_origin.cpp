#include "ngx_module/gateway/client_origin.h"

#include <algorithm>

#include "ngx_module/gateway/request_kind.h"

namespace agent_sessions::gateway {

namespace {

constexpr bool is_lower(char character) noexcept {
    return character >= 'a' && character <= 'z';
}

constexpr bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char character) {
               return is_lower(character) || is_digit(character) || character == '+' || character == '-' ||
                      character == '.';
           });
}

bool is_host(std::string_view text) noexcept {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
        return !text.empty() && text.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
        return is_lower(character) || is_digit(character) || character == '-' || character == '.' ||
               character == '_';
    });
}

bool is_port(std::string_view text, std::string_view scheme) noexcept {
    const bool is_default = (scheme == "https" && text == "443") || (scheme == "http" && text == "80");
    return !is_default && !text.empty() && text.size() <= 5 && text.front() != '0' &&
           std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

ClientOrigin judge_origin(std::optional<std::string_view> sec_fetch_site,
                          std::optional<std::string_view> origin, std::string_view host,
                          std::span<const std::string> allowed) noexcept {
    if (sec_fetch_site ? *sec_fetch_site == "same-origin" : !origin || same_authority(*origin, host)) {
        return ClientOrigin::own;
    }
    return origin && std::find(allowed.begin(), allowed.end(), *origin) != allowed.end()
               ? ClientOrigin::allowed
               : ClientOrigin::foreign;
}

bool is_origin(std::string_view text) noexcept {
    const std::size_t separator = text.find("://");
    if (separator == std::string_view::npos) {
        return false;
    }
    const std::string_view scheme = text.substr(0, separator);
    const std::string_view authority = text.substr(separator + 3);
    // Behind the brackets of an IPv6 address.
    const std::size_t colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    return is_scheme(scheme) && is_host(authority.substr(0, colon)) &&
           (colon == std::string_view::npos || is_port(authority.substr(colon + 1), scheme));
}

}  // namespace agent_sessions::gateway
