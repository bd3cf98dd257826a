// The languages of what agents read, and which of them a browser asks for. Thread safety: pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace agent_sessions::gateway {

enum class Language : std::uint8_t { english, german, french };

// As in HTML's `lang` and in Content-Language: "en", "de", "fr".
std::string_view tag_of(Language language) noexcept;

// The language that an Accept-Language header prefers (RFC 9110 12.5.4): the highest quality, of equal ones
// the first; regions do not matter. English where none of ours is acceptable. Cost: O(bytes).
Language preferred_language(std::string_view accept_language) noexcept;

}  // namespace agent_sessions::gateway
