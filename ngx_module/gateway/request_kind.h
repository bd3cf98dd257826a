// Says what a request is, from its header alone: the page an agent asked for, or something else.
// Source: PRODUCT 4, second and third point. Thread safety: pure. Cost: O(bytes of Accept), no allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent_sessions::gateway {

enum class Method : std::uint8_t { get, head, post, options, other };

// Raw values; absent = nullopt. Several Accept lines are given joined by commas, or the first one.
struct HeaderFacts {
    Method method = Method::get;
    std::optional<std::string_view> sec_fetch_mode;
    std::optional<std::string_view> sec_fetch_dest;
    std::optional<std::string_view> sec_fetch_site;
    std::optional<std::string_view> sec_fetch_user;
    std::optional<std::string_view> accept;
    std::optional<std::string_view> x_requested_with;
    std::optional<std::string_view> upgrade;
    std::optional<std::string_view> purpose;
    std::optional<std::string_view> sec_purpose;
    std::optional<std::string_view> x_moz;
    std::optional<std::string_view> origin;
    std::optional<std::string_view> host;
    std::optional<std::string_view> access_control_request_method;
    // A cookie of ours came whose signature is good. Only asked where the browser sends no Sec-Fetch-Mode.
    bool carries_our_cookie = false;
};

enum class RequestKind : std::uint8_t {
    navigation,       // may begin a session; frames included
    prefetch,         // asked ahead of time: begins nothing, sets no cookie
    cross_site_post,  // SAML, form_post: begins nothing, sets no cookie, needs no session
    preflight,        // OPTIONS with Access-Control-Request-Method: never carries a cookie, needs no session
    script_call,      // everything else: fetch, XMLHttpRequest, images, websockets, …
};

struct Classified {
    RequestKind kind = RequestKind::script_call;
    // A person would see the answer: answer it with a page (also a cross-site POST and a prefetched page).
    bool wants_page = false;
    bool sends_fetch_metadata = false;  // any Sec-Fetch-* header came
    bool user_activated = false;        // Sec-Fetch-User: ?1
    bool cross_site = false;            // led here by another site, as far as the request tells
};

Classified classify(const HeaderFacts& facts) noexcept;

// `text/html` stands in the list as itself, in any case, and not with q=0. Wildcards don't count.
bool accepts_html(std::string_view accept) noexcept;

// The authority of an Origin ("https://host:port") is that of Host; scheme ignored, "null" never matches.
bool same_authority(std::string_view origin, std::string_view host) noexcept;

}  // namespace agent_sessions::gateway
