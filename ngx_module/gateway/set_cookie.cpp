#include "ngx_module/gateway/set_cookie.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace agent_sessions::gateway {

namespace {

constexpr std::string_view kHostPrefix = "__Host-";
constexpr std::string_view kSecurePrefix = "__Secure-";
constexpr std::size_t kMaxNameBytes = 64;

constexpr bool is_letter_or_digit(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

// RFC 9110 5.6.2
constexpr bool is_token_character(char character) noexcept {
    return is_letter_or_digit(character) ||
           std::string_view("!#$%&'*+-.^_`|~").find(character) != std::string_view::npos;
}

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

// Browsers compare these prefixes without regard to case (RFC 6265bis 5.7).
bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
    return name.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), name.begin(),
                      [](char left, char right) { return to_lower(left) == to_lower(right); });
}

bool is_domain(std::string_view domain) noexcept {
    constexpr std::size_t kMaxDomainBytes = 253;
    constexpr std::size_t kMaxLabelBytes = 63;
    if (domain.size() > kMaxDomainBytes) {
        return false;
    }
    while (true) {
        const std::size_t end = domain.find('.');
        const std::string_view label = domain.substr(0, end);
        if (label.empty() || label.size() > kMaxLabelBytes || label.front() == '-' || label.back() == '-' ||
            !std::ranges::all_of(
                label, [](char character) { return is_letter_or_digit(character) || character == '-'; })) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        domain.remove_prefix(end + 1);
    }
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

}  // namespace

bool is_cookie_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= kMaxNameBytes && std::ranges::all_of(name, is_token_character);
}

std::string check_cookie_settings(const CookieSettings& settings) {
    const std::string& name = settings.name;
    if (!is_cookie_name(name)) {
        return "invalid cookie name " + quoted(name);
    }
    for (const std::string_view prefix : {kHostPrefix, kSecurePrefix}) {
        if (has_prefix(name, prefix)) {
            return "invalid cookie name " + quoted(name) + ", the prefix " + quoted(kHostPrefix) +
                   " is added where the cookie is secure and has no domain";
        }
    }
    if (!settings.domain.empty() && !is_domain(settings.domain)) {
        return "invalid cookie domain " + quoted(settings.domain);
    }
    if (settings.secure == Secure::off && settings.same_site == SameSite::none) {
        return "\"samesite=none\" needs a secure cookie, but \"secure=off\" is given";
    }
    if (settings.secure == Secure::off && settings.partitioned) {
        return "\"partitioned\" needs a secure cookie, but \"secure=off\" is given";
    }
    return {};
}

bool is_secure(const CookieSettings& settings, bool tls) noexcept {
    return settings.secure == Secure::on || (settings.secure == Secure::automatic && tls);
}

std::string cookie_name(const CookieSettings& settings, bool secure) {
    return secure && settings.domain.empty() ? std::string(kHostPrefix) + settings.name : settings.name;
}

std::string set_cookie_value(const CookieSettings& settings, bool secure, std::string_view value,
                             tracker::Millis lifetime) {
    std::string header = cookie_name(settings, secure);
    header += '=';
    header += value;
    header += "; Path=/";
    if (!settings.domain.empty()) {
        header += "; Domain=" + settings.domain;
    }
    if (settings.max_age) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
        header += "; Max-Age=" + std::to_string(std::max<std::int64_t>(seconds, 1));
    }
    if (secure) {
        header += "; Secure";
    }
    header += "; HttpOnly";
    if (settings.same_site == SameSite::strict) {
        header += "; SameSite=Strict";
    } else if (settings.same_site == SameSite::none && secure) {
        header += "; SameSite=None";
    } else {
        header += "; SameSite=Lax";
    }
    if (settings.partitioned && secure) {
        header += "; Partitioned";
    }
    return header;
}

std::string check_cleared_cookie(const ClearedCookie& cookie) {
    if (cookie.name.empty() || !std::ranges::all_of(cookie.name, is_token_character)) {
        return "invalid cookie name " + quoted(cookie.name);
    }
    const bool is_path = cookie.path.starts_with('/') && std::ranges::all_of(cookie.path, [](char character) {
                             return character >= ' ' && character < '\x7f' && character != ';';
                         });
    if (!is_path) {
        return "invalid cookie path " + quoted(cookie.path);
    }
    if (!cookie.domain.empty() && !is_domain(cookie.domain)) {
        return "invalid cookie domain " + quoted(cookie.domain);
    }
    if (has_prefix(cookie.name, kHostPrefix) && (cookie.path != "/" || !cookie.domain.empty())) {
        return "cookie " + quoted(cookie.name) + " has neither a domain nor another path than \"/\"";
    }
    return {};
}

std::string clearing_cookie_value(const ClearedCookie& cookie, bool secure) {
    std::string header = cookie.name + "=; Path=" + cookie.path;
    if (!cookie.domain.empty()) {
        header += "; Domain=" + cookie.domain;
    }
    header += "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    if (secure) {
        header += "; Secure; SameSite=None";
        header += cookie.partitioned ? "; Partitioned" : "";
    }
    return header;
}

}  // namespace agent_sessions::gateway
