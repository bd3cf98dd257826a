// Texts taken eight bytes at once, for what is asked of millions of them.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace agent_sessions::admin {

inline constexpr std::size_t kWord = 8;
inline constexpr std::uint64_t kHighBits = 0x8080808080808080;

static_assert(std::endian::native == std::endian::little, "the first byte of a text is a word's lowest");

constexpr std::uint64_t each_byte(char byte) noexcept {
    return std::uint64_t{0x0101010101010101} * static_cast<unsigned char>(byte);
}

template <typename Part>
std::uint64_t load_part(const char* bytes) noexcept {
    Part part;
    std::memcpy(&part, bytes, sizeof(part));
    return part;
}

// Fewer than eight bytes; the missing ones are zero. Loads that overlap do without a loop.
inline std::uint64_t short_word(const char* bytes, std::size_t size) noexcept {
    if (size >= 4) {
        return load_part<std::uint32_t>(bytes) | load_part<std::uint32_t>(bytes + size - 4)
                                                     << (8 * (size - 4));
    }
    if (size >= 2) {
        return load_part<std::uint16_t>(bytes) | load_part<std::uint16_t>(bytes + size - 2)
                                                     << (8 * (size - 2));
    }
    return size == 1 ? load_part<std::uint8_t>(bytes) : 0;
}

// The first eight bytes, or what there is.
inline std::uint64_t first_word(std::string_view text) noexcept {
    return text.size() >= kWord ? load_part<std::uint64_t>(text.data())
                                : short_word(text.data(), text.size());
}

inline std::string_view behind_first_word(std::string_view text) noexcept {
    return text.substr(std::min(text.size(), kWord));
}

inline bool is_ascii(std::string_view text) noexcept {
    std::uint64_t seen = 0;
    for (; !text.empty(); text = behind_first_word(text)) {
        seen |= first_word(text);
    }
    return (seen & kHighBits) == 0;
}

// With letters in lower case. REQUIRES: ASCII. The additions carry the bytes from 'A' on, and those behind
// 'Z', into their highest bits.
inline std::uint64_t lower_word(std::uint64_t word) noexcept {
    const std::uint64_t from_a = word + each_byte(0x80 - 'A');
    const std::uint64_t behind_z = word + each_byte(0x80 - 'Z' - 1);
    return word | (from_a & ~behind_z & kHighBits) >> 2;
}

// The highest bit of each byte that is zero.
inline std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return ~(((word & ~kHighBits) + ~kHighBits) | word | ~kHighBits);
}

}  // namespace agent_sessions::admin
