// The cookie that the module sets: its name, its attributes, and what of them contradicts.
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tracker/time.h"

namespace agent_sessions::gateway {

enum class SameSite : std::uint8_t { lax, strict, none };
enum class Secure : std::uint8_t { automatic, on, off };

// agent_sessions_cookie, as configured.
struct CookieSettings {
    std::string name = "agent_session";  // without a prefix
    SameSite same_site = SameSite::lax;
    Secure secure = Secure::automatic;
    bool partitioned = false;
    bool max_age = true;
    std::string domain;  // empty = none

    bool operator==(const CookieSettings&) const = default;
};

// RFC 9110 5.6.2: a token; not longer than 64 bytes.
bool is_cookie_name(std::string_view name) noexcept;

// At configuration time. Empty = all is well; else what is wrong, lower case, no full stop, quoting the
// value.
std::string check_cookie_settings(const CookieSettings& settings);

// Is the cookie a secure one on this connection? `tls` = the client's connection to nginx is TLS.
bool is_secure(const CookieSettings& settings, bool tls) noexcept;

// The name in the Cookie and Set-Cookie headers: with "__Host-" where secure and without a domain.
std::string cookie_name(const CookieSettings& settings, bool secure);

// The value of a Set-Cookie header. `lifetime` = the absolute timeout (seconds are cut off; at least 1).
// Where the cookie is not secure, SameSite=None becomes Lax and Partitioned is left out, since browsers would
// drop the cookie. REQUIRES: check_cookie_settings() found nothing; value is a token.
std::string set_cookie_value(const CookieSettings& settings, bool secure, std::string_view value,
                             tracker::Millis lifetime);

// A cookie of the application that is to be cleared: its name, prefix included, and its place.
struct ClearedCookie {
    std::string name;
    std::string path = "/";
    std::string domain;  // empty = none
    bool partitioned = false;
};

// At configuration time, as check_cookie_settings().
std::string check_cleared_cookie(const ClearedCookie& cookie);

// The value of a Set-Cookie header that removes it. A secure one is given SameSite=None, since from a frame
// of another site browsers take no other. REQUIRES: check_cleared_cookie() found nothing.
std::string clearing_cookie_value(const ClearedCookie& cookie, bool secure);

}  // namespace agent_sessions::gateway
