// A number that stands for a text, the same in every process and version.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <cstdint>
#include <string_view>

namespace agent_sessions::admin {

// The first 64 bits of SHA-256.
std::uint64_t digest_of(std::string_view text);

}  // namespace agent_sessions::admin
