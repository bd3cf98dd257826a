// Where a request to the script's location comes from: the gateway's own pages, pages of an origin that the
// operator allowed, or elsewhere. Sources: Fetch Metadata (Sec-Fetch-Site), RFC 6454 (Origin), Fetch (CORS).
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace agent_sessions::gateway {

enum class ClientOrigin : std::uint8_t {
    own,      // also what no browser of today sends: it has no cookie that a foreign page could ride on
    allowed,  // and so the answer names it, for the browser to hand it over
    foreign,
};

// Raw values; absent = nullopt. `allowed` holds origins as is_origin() has them.
ClientOrigin judge_origin(std::optional<std::string_view> sec_fetch_site,
                          std::optional<std::string_view> origin, std::string_view host,
                          std::span<const std::string> allowed) noexcept;

// Is the text an origin as browsers send it: "https://app.example" or "https://app.example:8443", in lower
// case, without the scheme's own port?
bool is_origin(std::string_view text) noexcept;

}  // namespace agent_sessions::gateway
