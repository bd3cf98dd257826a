// Reads a Set-Cookie header of the application, as a browser does (RFC 6265 5.2).
// Thread safety: pure. Cost: O(bytes of the line), no allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent_sessions::gateway {

// Views point into the line.
struct SetCookieLine {
    std::string_view name;
    std::string_view value;  // as sent: with quotes, where it has them
    std::string_view path;
    std::string_view domain;
    std::optional<std::string_view> max_age;  // comes before `expires`
    std::optional<std::string_view> expires;
};

// nullopt = no cookie: no `=`, or no name.
std::optional<SetCookieLine> parse_set_cookie(std::string_view text) noexcept;

// Zero or less. nullopt = Max-Age is not there, or is no number, so that it does not count.
std::optional<bool> is_over_by_max_age(const SetCookieLine& line) noexcept;

// Tells apart cookies of one name that live side by side in a browser. Never 0, which means unknown.
std::uint16_t cookie_scope(const SetCookieLine& line) noexcept;

}  // namespace agent_sessions::gateway
