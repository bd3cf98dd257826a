// The clock of the machine, for tests that are about how long something takes.
#pragma once

#include <chrono>

#include "tracker/time.h"

namespace agent_sessions::testing {

inline tracker::Now real_now() noexcept {
    using std::chrono::duration_cast;
    const auto wall = std::chrono::floor<tracker::Millis>(std::chrono::system_clock::now());
    const auto boot = duration_cast<tracker::Millis>(std::chrono::steady_clock::now().time_since_epoch());
    return {wall, tracker::BootTime{boot}};
}

}  // namespace agent_sessions::testing
