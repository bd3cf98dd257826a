#include "ngx_module/gateway/set_cookie_line.h"

#include <algorithm>

namespace agent_sessions::gateway {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool is_named(std::string_view text, std::string_view lower_case_name) noexcept {
    return text.size() == lower_case_name.size() &&
           std::equal(text.begin(), text.end(), lower_case_name.begin(),
                      [](char left, char right) { return to_lower(left) == right; });
}

void take_attribute(SetCookieLine& line, std::string_view name, std::string_view value) noexcept {
    if (is_named(name, "path")) {
        line.path = value;
    } else if (is_named(name, "domain")) {
        line.domain = value;
    } else if (is_named(name, "max-age")) {
        line.max_age = value;
    } else if (is_named(name, "expires")) {
        line.expires = value;
    }
}

constexpr bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

// FNV-1a.
std::uint32_t hash(std::uint32_t state, std::string_view text) noexcept {
    for (const char character : text) {
        state = (state ^ static_cast<std::uint8_t>(to_lower(character))) * 16777619U;
    }
    return (state ^ 0xffU) * 16777619U;
}

}  // namespace

std::optional<SetCookieLine> parse_set_cookie(std::string_view text) noexcept {
    SetCookieLine line;
    bool is_first = true;
    while (!text.empty() || is_first) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view piece = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = piece.find('=');
        const std::string_view name = trimmed(piece.substr(0, equals));
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : trimmed(piece.substr(equals + 1));
        if (!is_first) {
            take_attribute(line, name, value);
        } else if (equals == std::string_view::npos || name.empty()) {
            return std::nullopt;
        } else {
            line.name = name;
            line.value = value;
        }
        is_first = false;
    }
    return line;
}

std::optional<bool> is_over_by_max_age(const SetCookieLine& line) noexcept {
    const std::string_view text = line.max_age.value_or(std::string_view());
    const bool is_negative = text.starts_with('-');
    const std::string_view digits = text.substr(is_negative ? 1 : 0);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    return is_negative || digits.find_first_not_of('0') == std::string_view::npos;
}

std::uint16_t cookie_scope(const SetCookieLine& line) noexcept {
    const std::uint32_t state = hash(hash(2166136261U, line.path), line.domain);
    const auto scope = static_cast<std::uint16_t>(state ^ state >> 16);
    return scope == 0 ? std::uint16_t{1} : scope;
}

}  // namespace agent_sessions::gateway
