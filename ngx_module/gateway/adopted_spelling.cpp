#include "ngx_module/gateway/adopted_spelling.h"

#include <algorithm>
#include <array>

#include "ngx_module/gateway/adopted_value.h"
#include "ngx_module/gateway/cookie_list.h"

namespace agent_sessions::gateway {

namespace {

constexpr bool is_visible(char character) noexcept {
    return character > 0x20 && character < 0x7f;
}

constexpr std::string_view visible_middle(std::string_view text) noexcept {
    while (!text.empty() && !is_visible(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && !is_visible(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

constexpr char folded(char character) noexcept {
    return character == '.' || character == '[' || character == ' ' ? '_' : character;
}

bool is_like(std::string_view text, std::string_view name) noexcept {
    text = visible_middle(text);
    return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                      [](char left, char right) { return folded(left) == folded(right); });
}

constexpr bool separates(char character) noexcept {
    return !is_visible(character) || character == ',' || character == '"';
}

// Whether the cookie stands within the value of another one, where some parsers look for the next.
bool hides(std::string_view value, std::string_view name) noexcept {
    for (std::size_t place = value.find(name); place != std::string_view::npos;
         place = value.find(name, place + 1)) {
        const std::string_view behind = visible_middle(value.substr(place + name.size()));
        if (place != 0 && separates(value[place - 1]) && !behind.empty() && behind.front() == '=') {
            return true;
        }
    }
    return false;
}

bool ends_in(std::string_view text, std::string_view name) noexcept {
    return text.size() > name.size() && text.ends_with(name) &&
           separates(text[text.size() - name.size() - 1]);
}

bool is_plain(std::string_view value) noexcept {
    if (value.size() > kMaxAdoptedBytes) {
        return false;
    }
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return std::all_of(value.begin(), value.end(),
                       [](char character) {
                           return (is_visible(character) || character == ' ') && character != '"' &&
                                  character != '\\';
                       }) &&
           value.find("%00") == std::string_view::npos;
}

}  // namespace

bool is_ambiguous(std::string_view line, std::string_view name) noexcept {
    CookieList cookies(line);
    while (const auto cookie = cookies.next()) {
        const bool is_it = cookie->name == name;
        if ((is_it && !is_plain(cookie->value)) || (!is_it && is_like(cookie->name, name)) ||
            cookie->name == "$Version" || ends_in(cookie->name, name) || hides(cookie->value, name)) {
            return true;
        }
    }
    return false;
}

}  // namespace agent_sessions::gateway
