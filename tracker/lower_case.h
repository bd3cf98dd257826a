// Letters in lower case, one to one, so "ß" stays.
// Thread safety: may be called from anywhere.
#pragma once

#include <cstdint>

namespace agent_sessions::tracker {

constexpr char ascii_lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

// Of a character of Unicode, as far as the C library knows it.
std::uint32_t lower_case(std::uint32_t character) noexcept;

}  // namespace agent_sessions::tracker
