// Stops a worker exactly while it holds its zone's writer lock, as SIGSTOP, a debugger or SIGKILL may hit it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

#include "tests/e2e/support/mapped_segment.h"

namespace agent_sessions::e2e {

// Waits for one of these processes to take the lock, and stops it there (SIGSTOP). Gives which; 0 = none was
// met within that time. One that had let go before the signal came is continued at once.
pid_t stop_in_lock(const MappedSegment& segment, const std::vector<pid_t>& processes,
                   std::chrono::milliseconds patience);

}  // namespace agent_sessions::e2e
