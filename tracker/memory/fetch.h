// Lets the memory begin to bring what will be read in a moment: walks ask for what several slots lead to
// before they read of the first of them, so that the waits overlap. A hint, good for any address of the
// segment.
#pragma once

namespace agent_sessions::tracker::memory {

// Both ends of it: small things may lie across two lines of the cache.
template <typename T>
void fetch(const T& thing) noexcept {
    const auto* first = reinterpret_cast<const char*>(&thing);
    __builtin_prefetch(first);
    __builtin_prefetch(first + sizeof(T) - 1);
}

}  // namespace agent_sessions::tracker::memory
