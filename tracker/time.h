// Time as the tracker is handed it. The tracker never reads a clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace agent_sessions::tracker {

using Millis = std::chrono::milliseconds;

// Milliseconds since the epoch, UTC. Shown to people and written into cookies; never used to measure a
// duration while the machine stays up.
using WallTime = std::chrono::sys_time<Millis>;

// Tag of the clock that counts milliseconds since the machine started and never jumps (CLOCK_BOOTTIME).
struct BootClock {
    using rep = Millis::rep;
    using period = Millis::period;
    using duration = Millis;
    using time_point = std::chrono::time_point<BootClock, Millis>;
    static constexpr bool is_steady = true;
};

using BootTime = BootClock::time_point;

// Milliseconds that were read from shared memory or a file, as an instant that can be reckoned with: what no
// clock of ours can have shown (more than 2^48 ms from its beginning, 8,900 years) becomes the nearest that
// one could.
template <typename Instant>
constexpr Instant instant_of(std::int64_t milliseconds) noexcept {
    constexpr std::int64_t kFarthest = std::int64_t{1} << 48;
    return Instant{Millis{std::clamp(milliseconds, -kFarthest, kFarthest)}};
}

// One instant on both clocks. Whoever calls the tracker reads them once and passes the pair on.
struct Now {
    WallTime wall;
    BootTime boot;
};

}  // namespace agent_sessions::tracker
