// Taking a person's name out of a segment.
#pragma once

#include <cstdint>

#include "tracker/memory/layout.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker::memory {

// See Tracker::erase_agent(). Takes the lock for each session that is changed anew, and for a few acts or
// events at once.
void erase_agent(Layout& layout, ErasureCursor& cursor, const ErasureRequest& asked, std::uint32_t places,
                 Waiting waiting) noexcept;

}  // namespace agent_sessions::tracker::memory
