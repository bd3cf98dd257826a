#include "ngx_module/gateway/request_kind.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace agent_sessions::gateway {

namespace {

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t index = 0; index < left.size(); ++index) {
        if (to_lower(left[index]) != to_lower(right[index])) {
            return false;
        }
    }
    return true;
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Takes the part before the next `separator` that stands in no quoted string (RFC 9110 5.6.4) off the front.
std::string_view take_until(std::string_view& rest, char separator) noexcept {
    bool quoted = false;
    // Nearly nobody quotes anything.
    std::size_t end =
        rest.find('"') == std::string_view::npos ? std::min(rest.find(separator), rest.size()) : 0;
    for (; end < rest.size(); ++end) {
        const char character = rest[end];
        if (quoted && character == '\\') {
            ++end;
        } else if (character == '"') {
            quoted = !quoted;
        } else if (!quoted && character == separator) {
            break;
        }
    }
    if (end >= rest.size()) {
        return std::exchange(rest, {});
    }
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return part;
}

bool is_zero_weight(std::string_view parameter) noexcept {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(trim(parameter.substr(0, equals)), "q")) {
        return false;
    }
    const std::string_view weight = trim(parameter.substr(equals + 1));
    return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

// No Accept at all, or nothing but wildcards for everything.
bool accepts_anything(const std::optional<std::string_view>& accept) noexcept {
    if (!accept) {
        return true;
    }
    std::string_view list = *accept;
    while (!list.empty()) {
        std::string_view element = take_until(list, ',');
        const std::string_view range = trim(take_until(element, ';'));
        if (!range.empty() && range != "*/*") {
            return false;
        }
    }
    return true;
}

bool has_token(const std::optional<std::string_view>& header, std::string_view token) noexcept {
    std::string_view rest = header.value_or(std::string_view{});
    while (!rest.empty()) {
        const std::size_t end = rest.find_first_of(",; \t");
        if (equals_ignoring_case(rest.substr(0, end), token)) {
            return true;
        }
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return false;
}

bool is_prefetch(const HeaderFacts& facts) noexcept {
    return has_token(facts.sec_purpose, "prefetch") || has_token(facts.purpose, "prefetch") ||
           has_token(facts.purpose, "preview") || has_token(facts.x_moz, "prefetch");
}

// Without Sec-Fetch-Site only the Origin tells, and of that only whether it is this very host.
bool is_cross_site(const HeaderFacts& facts) noexcept {
    if (facts.sec_fetch_site) {
        return equals_ignoring_case(trim(*facts.sec_fetch_site), "cross-site");
    }
    return facts.origin && !same_authority(*facts.origin, facts.host.value_or(std::string_view{}));
}

bool asks_for_page(const HeaderFacts& facts) noexcept {
    if (facts.sec_fetch_mode) {
        return equals_ignoring_case(trim(*facts.sec_fetch_mode), "navigate");
    }
    if (facts.method != Method::get && facts.method != Method::head && facts.method != Method::post) {
        return false;
    }
    if (facts.x_requested_with || facts.upgrade) {
        return false;
    }
    if (facts.accept && accepts_html(*facts.accept)) {
        return true;
    }
    return accepts_anything(facts.accept) && !facts.carries_our_cookie;
}

// The scheme's own port is left out, as browsers do.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) noexcept {
    const std::string_view port = equals_ignoring_case(scheme, "https")  ? ":443"
                                  : equals_ignoring_case(scheme, "http") ? ":80"
                                                                         : "";
    if (!port.empty() && authority.ends_with(port)) {
        authority.remove_suffix(port.size());
    }
    return authority;
}

}  // namespace

Classified classify(const HeaderFacts& facts) noexcept {
    Classified result;
    result.wants_page = asks_for_page(facts);
    result.sends_fetch_metadata =
        facts.sec_fetch_mode || facts.sec_fetch_dest || facts.sec_fetch_site || facts.sec_fetch_user;
    result.user_activated = facts.sec_fetch_user && trim(*facts.sec_fetch_user) == "?1";
    result.cross_site = is_cross_site(facts);

    if (facts.method == Method::options && facts.access_control_request_method) {
        result.kind = RequestKind::preflight;
    } else if (is_prefetch(facts)) {
        result.kind = RequestKind::prefetch;
    } else if (facts.method == Method::post && result.cross_site) {
        result.kind = RequestKind::cross_site_post;
    } else if (result.wants_page) {
        result.kind = RequestKind::navigation;
    }
    return result;
}

bool accepts_html(std::string_view accept) noexcept {
    while (!accept.empty()) {
        std::string_view element = take_until(accept, ',');
        if (!equals_ignoring_case(trim(take_until(element, ';')), "text/html")) {
            continue;
        }
        bool refused = false;
        while (!element.empty()) {
            refused = is_zero_weight(take_until(element, ';')) || refused;
        }
        if (!refused) {
            return true;
        }
    }
    return false;
}

bool same_authority(std::string_view origin, std::string_view host) noexcept {
    const std::size_t separator = origin.find("://");
    if (separator == std::string_view::npos || host.empty()) {
        return false;
    }
    const std::string_view scheme = origin.substr(0, separator);
    const std::string_view authority = origin.substr(separator + 3);
    return equals_ignoring_case(without_default_port(authority, scheme), without_default_port(host, scheme));
}

}  // namespace agent_sessions::gateway
