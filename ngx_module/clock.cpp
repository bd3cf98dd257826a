#include "ngx_module/clock.h"

#include <ctime>

namespace agent_sessions::ngx {

namespace {

std::int64_t nanoseconds(clockid_t clock) noexcept {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

tracker::Now read_clocks() noexcept {
    return {
        tracker::WallTime(tracker::Millis(nanoseconds(CLOCK_REALTIME) / 1'000'000)),
        tracker::BootTime(tracker::Millis(nanoseconds(CLOCK_BOOTTIME) / 1'000'000)),
    };
}

void refresh_boot_clock() noexcept {
    ngx_time_update();
    boot_ahead_ms = nanoseconds(CLOCK_BOOTTIME) / 1'000'000 - static_cast<std::int64_t>(ngx_current_msec);
}

std::int64_t monotonic_us() noexcept {
    return nanoseconds(CLOCK_MONOTONIC) / 1000;
}

}  // namespace agent_sessions::ngx
