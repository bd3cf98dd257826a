// Time as the tracker is handed it. The tracker never reads a clock.
#pragma once

#include <chrono>

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

// One instant on both clocks. Whoever calls the tracker reads them once and passes the pair on.
struct Now {
    WallTime wall;
    BootTime boot;
};

}  // namespace agent_sessions::tracker
