#include "ngx_module/gateway/cookie_parser.h"

#include <cstring>

namespace agent_sessions::gateway {

namespace {

constexpr bool is_blank(char character) noexcept {
    return character == ' ' || character == '\t';
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

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

void CookieSearch::take(std::string_view value) noexcept {
    if (result_.status == CookieValue::Status::absent) {
        result_ = {CookieValue::Status::found, value};
    } else if (value != result_.value) {
        result_ = {CookieValue::Status::conflicting, {}};
    }
}

void CookieSearch::look_through(std::string_view line) noexcept {
    const char* place = line.data();
    const char* const end = place + line.size();
    while (place != end) {
        const auto* semicolon =
            static_cast<const char*>(std::memchr(place, ';', static_cast<std::size_t>(end - place)));
        const char* const stop = semicolon != nullptr ? semicolon : end;
        while (place != stop && is_blank(*place)) {
            ++place;
        }
        const std::string_view piece(place, static_cast<std::size_t>(stop - place));
        if (piece.starts_with(name_)) {
            const std::string_view rest = trim(piece.substr(name_.size()));
            if (rest.starts_with('=') && result_.status != CookieValue::Status::conflicting) {
                take(trim(rest.substr(1)));
            }
        }
        place = semicolon != nullptr ? stop + 1 : end;
    }
}

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
