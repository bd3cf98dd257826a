#include "tracker/memory/keyed_hash.h"

namespace agent_sessions::tracker::memory {

std::uint64_t keyed_hash(HashKey key, std::string_view text) noexcept {
    return sip_hash_64(key, text);
}

}  // namespace agent_sessions::tracker::memory
