// The full consistency walk over a segment: checks the invariants of layout.h.
#pragma once

#include <string>
#include <vector>

#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

// Names what is wrong, one sentence each, at most a few dozen; empty = sound. Never trusts an index it reads.
// REQUIRES: the lock, or nobody else attached. O(capacity) in time and memory. Throws std::bad_alloc only.
std::vector<std::string> find_faults(Layout& layout);

// Checks only what a walk needs in order to be safe: magic, version, geometry against the file's size. Empty
// = fine.
std::string header_fault(const Layout& layout, std::uint64_t file_bytes);

}  // namespace agent_sessions::tracker::memory
