// base64url without padding (RFC 4648 section 5), canonical form only. Thread safety: pure. No allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace agent_sessions::gateway {

constexpr std::size_t base64url_length(std::size_t bytes) noexcept {
    return (bytes * 8 + 5) / 6;
}

// REQUIRES: text.size() == base64url_length(bytes.size()).
void encode_base64url(std::span<const std::uint8_t> bytes, std::span<char> text) noexcept;

// false = `text` is not the canonical form of bytes.size() bytes: another length, another character, padding,
// or bits after the last byte that are not zero.
bool decode_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept;

}  // namespace agent_sessions::gateway
