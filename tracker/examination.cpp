#include "tracker/examination.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "tracker/memory/validate.h"

namespace agent_sessions::tracker {

std::vector<std::string> lasting_faults(const Tracker& tracker) {
    constexpr int kMoreLooks = 7;
    // Longer than a process that holds the lock is usually kept from its processor.
    constexpr std::chrono::milliseconds kBetweenLooks{20};
    std::vector<std::string> lasting = memory::find_faults(*tracker.layout());
    for (int look = 0; look < kMoreLooks && !lasting.empty(); ++look) {
        std::this_thread::sleep_for(kBetweenLooks);
        const std::vector<std::string> found = memory::find_faults(*tracker.layout());
        std::erase_if(lasting, [&](const std::string& fault) {
            return std::find(found.begin(), found.end(), fault) == found.end();
        });
    }
    return lasting;
}

}  // namespace agent_sessions::tracker
