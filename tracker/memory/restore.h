// Putting back what the history knows into a segment that does not.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

// See HistoryFeed::restore(). REQUIRES: the lock.
bool restore_session(Layout& layout, const RestoreRequest& request, Now now) noexcept;

// See HistoryFeed::continue_after().
void continue_after(Layout& layout, std::uint64_t sequence, std::uint64_t act) noexcept;

}  // namespace agent_sessions::tracker::memory
