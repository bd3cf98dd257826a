// The value of an application's own cookie, as the application takes it.
//
// One value can be written down in several ways that applications take for the same: in quotes (RFC 6265
// 4.1.1; Tomcat and Node take them off) and with %XX (PHP and Node decode it). A session that was ended must
// not go on under another spelling of its cookie. Thread safety: pure.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace agent_sessions::gateway {

// Longer ones, which no browser keeps, name no session (RFC 6265 6.1).
inline constexpr std::size_t kMaxAdoptedBytes = 4096;

// Without one pair of quotes around it, and with %XX decoded once. Written to `plain`, where it lives.
// REQUIRES: plain.size() >= value.size().
std::string_view plain_cookie_value(std::string_view value, std::span<char> plain) noexcept;

}  // namespace agent_sessions::gateway
