// The probation area: cookies that nobody here has given out, seen once. A table of its own of fixed size, in
// which strangers push out only each other.
//
// Lock-free: an entry is one word. Two that look alike (one in 500 million) only save the second one its
// wait. Cost: one cache line.
#pragma once

#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

// Remembers that this key was seen, in the place of the one of its bucket that waits the longest.
void note_stranger(Layout& layout, SessionKey key, Now now) noexcept;

bool is_on_probation(Layout& layout, SessionKey key) noexcept;

}  // namespace agent_sessions::tracker::memory
