#include "tracker/memory/keyed_hash.h"

#include <bit>
#include <cstring>

namespace agent_sessions::tracker::memory {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() noexcept {
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

    void absorb(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

std::uint64_t little_endian(const char* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i) {
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return word;
}

}  // namespace

std::uint64_t keyed_hash(HashKey key, std::string_view text) noexcept {
    State state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU,
                key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
    std::size_t position = 0;
    for (; position + 8 <= text.size(); position += 8) {
        state.absorb(little_endian(text.data() + position, 8));
    }
    const std::uint64_t length = static_cast<std::uint64_t>(text.size()) << 56;
    state.absorb(length | little_endian(text.data() + position, text.size() - position));
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) {
        state.round();
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace agent_sessions::tracker::memory
