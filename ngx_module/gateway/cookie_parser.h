// Finds one cookie in all Cookie header lines of a request.
// Thread safety: pure. Cost: O(bytes of the lines), no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ngx_module/gateway/cookie_search.h"

namespace agent_sessions::gateway {

// Longest value that is looked at further, in bytes.
inline constexpr std::size_t kMaxCookieValueBytes = 512;

// Splits on `;` only, trims spaces and tabs, compares the name byte for byte. A piece without `=` has no
// name, and a piece whose name is empty is nobody's. Quotes are not taken off: a quoted value is malformed,
// as is one that a comma joins to something else. REQUIRES: name is a token (RFC 9110 5.6.2), so not empty.
CookieValue find_cookie(std::span<const std::string_view> lines, std::string_view name,
                        std::size_t max_value_bytes = kMaxCookieValueBytes) noexcept;

}  // namespace agent_sessions::gateway
