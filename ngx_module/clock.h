// The instants that the tracker is handed. One per process; not thread-safe (nginx's event loop).
#pragma once

#include "ngx_module/nginx.h"
#include "tracker/time.h"

namespace agent_sessions::ngx {

// How far CLOCK_BOOTTIME is ahead of ngx_current_msec. Differs from a constant only by suspensions of the
// machine (and where nginx has no monotonic clock), so a refresh each second is enough.
inline std::int64_t boot_ahead_ms = 0;

// Both clocks as they are now. Cost: two system calls.
tracker::Now read_clocks() noexcept;

// Compares nginx's cached time with the boot clock. Called at the start of a process and each second.
void refresh_boot_clock() noexcept;

// The instant of the current round of the event loop: nginx's cached times, no system call.
inline tracker::Now cached_now() noexcept {
    const ngx_time_t* wall = ngx_timeofday();
    return {
        tracker::WallTime(tracker::Millis(static_cast<std::int64_t>(wall->sec) * 1000 + wall->msec)),
        tracker::BootTime(tracker::Millis(static_cast<std::int64_t>(ngx_current_msec) + boot_ahead_ms)),
    };
}

// Microseconds of CLOCK_MONOTONIC, for time budgets.
std::int64_t monotonic_us() noexcept;

}  // namespace agent_sessions::ngx
