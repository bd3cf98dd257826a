#include "tests/e2e/support/lock_aim.h"

#include <linux/futex.h>

#include <algorithm>
#include <csignal>

#include "tests/e2e/support/process.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::e2e {
namespace {

// A robust lock's word holds its owner's number: the kernel must know whose death to look for.
pid_t owner_of(const tracker::memory::Layout& layout) {
    const auto* word = reinterpret_cast<const volatile int*>(&layout.lock);
    return *word & FUTEX_TID_MASK;
}

}  // namespace

pid_t stop_in_lock(const MappedSegment& segment, const std::vector<pid_t>& processes,
                   std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
        const pid_t owner = owner_of(segment.layout());
        if (std::find(processes.begin(), processes.end(), owner) == processes.end()) {
            continue;
        }
        kill(owner, SIGSTOP);
        wait_until([&] { return is_stopped(owner) || !is_running(owner); });
        if (owner_of(segment.layout()) == owner) {
            return owner;
        }
        kill(owner, SIGCONT);
    }
    return 0;
}

}  // namespace agent_sessions::e2e
