// A look at a whole table that is in use.
#pragma once

#include <string>
#include <vector>

#include "tracker/tracker.h"

namespace agent_sessions::tracker {

// What Tracker::validate() finds, without the lock: others change the table meanwhile, so several looks are
// taken, 20 ms apart, and only what each of them finds in the same words is a finding. O(capacity) in time
// and memory, and several times that where there is something to find: for a thread of its own. Throws
// std::bad_alloc.
std::vector<std::string> lasting_faults(const Tracker& tracker);

}  // namespace agent_sessions::tracker
