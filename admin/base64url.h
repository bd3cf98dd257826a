// Bytes as text that is safe in a URL. Source: RFC 4648 5, without padding.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent_sessions::admin {

std::string to_base64url(std::string_view bytes);
// nullopt = no such text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace agent_sessions::admin
