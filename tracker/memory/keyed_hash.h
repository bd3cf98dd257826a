// SipHash-2-4 (Aumasson, Bernstein 2012): a short keyed hash, so that nobody who chooses names can choose
// buckets. Thread safety: pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace agent_sessions::tracker::memory {

struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

std::uint64_t keyed_hash(HashKey key, std::string_view text) noexcept;

}  // namespace agent_sessions::tracker::memory
