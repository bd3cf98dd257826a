// A segment of another capacity with the same content: how a changed capacity takes effect at a full start.
#pragma once

#include <string>

#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

// Copies identity, accounts, sessions (live and ended) and the latest events into a freshly initialised
// segment. Empty = all of it fits; else what does not, and `to` is of no use. O(sessions). REQUIRES: nobody
// else is attached to either, `from` is sound.
std::string copy_segment(Layout& from, Layout& to);

}  // namespace agent_sessions::tracker::memory
