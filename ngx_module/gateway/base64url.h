// base64url without padding (RFC 4648 section 5), canonical form only. Thread safety: pure. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace agent_sessions::gateway {

namespace base64url {

inline constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Not of the alphabet. All bits are set, so that it shows through where digits are or-ed.
inline constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digits() noexcept {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (std::size_t index = 0; index < kAlphabet.size(); ++index) {
        digits[static_cast<unsigned char>(kAlphabet[index])] = static_cast<std::uint8_t>(index);
    }
    return digits;
}

inline constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

}  // namespace base64url

constexpr std::size_t base64url_length(std::size_t bytes) noexcept {
    return (bytes * 8 + 5) / 6;
}

// REQUIRES: text.size() == base64url_length(bytes.size()).
void encode_base64url(std::span<const std::uint8_t> bytes, std::span<char> text) noexcept;

// false = `text` is not the canonical form of bytes.size() bytes: another length, another character, padding,
// or bits after the last byte that are not zero.
bool decode_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept;

// The first byte of what `text` encodes; the rest is not looked at. nullopt = it begins with no such
// encoding.
inline std::optional<std::uint8_t> first_base64url_byte(std::string_view text) noexcept {
    using namespace base64url;
    if (text.size() < 2) {
        return std::nullopt;
    }
    const unsigned first = kDigits[static_cast<unsigned char>(text[0])];
    const unsigned second = kDigits[static_cast<unsigned char>(text[1])];
    if ((first | second) == kNoDigit) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(first << 2 | second >> 4);
}

}  // namespace agent_sessions::gateway
