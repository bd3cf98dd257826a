// A word that several processes read and write at once. Everything of the segment that changes while others
// look is one; the model check puts a type of its own in this place, whose every access is a step.
#pragma once

#include <atomic>

namespace agent_sessions::tracker::memory {

template <typename T>
using Shared = std::atomic<T>;

}  // namespace agent_sessions::tracker::memory
