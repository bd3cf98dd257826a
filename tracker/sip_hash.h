// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed function of short texts. Without the key nobody can choose
// texts that collide, nor tell a text from its hash. Thread safety: pure.
//
// Not OpenSSL's, which has the same function: a call of it costs more instructions than the hash of a name
// does.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace agent_sessions::tracker {

struct SipKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

namespace sip {

struct State {
    std::uint64_t v0, v1, v2, v3;

    explicit constexpr State(SipKey key) noexcept
        : v0(key.first ^ 0x736f6d6570736575U),
          v1(key.second ^ 0x646f72616e646f6dU),
          v2(key.first ^ 0x6c7967656e657261U),
          v3(key.second ^ 0x7465646279746573U) {}

    constexpr void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    constexpr void absorb(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    constexpr std::uint64_t squeeze() noexcept {
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

// The first `count` (at most 8) bytes as a little-endian number.
inline std::uint64_t load(const char* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, count);
    } else {
        for (std::size_t i = 0; i < count; ++i) {
            word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
        }
    }
    return word;
}

inline void absorb(State& state, std::string_view text) noexcept {
    std::size_t position = 0;
    for (; position + 8 <= text.size(); position += 8) {
        state.absorb(load(text.data() + position, 8));
    }
    state.absorb(static_cast<std::uint64_t>(text.size()) << 56 |
                 load(text.data() + position, text.size() - position));
}

}  // namespace sip

inline std::uint64_t sip_hash_64(SipKey key, std::string_view text) noexcept {
    sip::State state(key);
    sip::absorb(state, text);
    state.v2 ^= 0xff;
    return state.squeeze();
}

}  // namespace agent_sessions::tracker
