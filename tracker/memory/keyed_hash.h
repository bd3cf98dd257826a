// The hash of names, keyed with the segment's secret, so that nobody who chooses names can choose buckets.
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "tracker/sip_hash.h"

namespace agent_sessions::tracker::memory {

using HashKey = SipKey;

std::uint64_t keyed_hash(HashKey key, std::string_view text) noexcept;

}  // namespace agent_sessions::tracker::memory
