#include "ngx_module/gateway/cookie_parser.h"

namespace agent_sessions::gateway {

namespace {

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
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

CookieValue find_cookie(std::span<const std::string_view> lines, std::string_view name,
                        std::size_t max_value_bytes) noexcept {
    bool seen = false;
    std::string_view first;

    for (std::string_view rest : lines) {
        while (!rest.empty()) {
            const std::size_t end = rest.find(';');
            const std::string_view piece = rest.substr(0, end);
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);

            const std::size_t equals = piece.find('=');
            if (equals == std::string_view::npos || trim(piece.substr(0, equals)) != name) {
                continue;
            }
            const std::string_view value = trim(piece.substr(equals + 1));
            if (seen && value != first) {
                return {CookieValue::Status::conflicting, {}};
            }
            seen = true;
            first = value;
        }
    }

    if (!seen) {
        return {};
    }
    if (!is_well_formed(first, max_value_bytes)) {
        return {CookieValue::Status::malformed, {}};
    }
    return {CookieValue::Status::found, first};
}

}  // namespace agent_sessions::gateway
