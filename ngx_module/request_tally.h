// What this process has counted and not yet added to its tables.
#pragma once

#include "tracker/request_tally.h"

namespace agent_sessions::ngx {

// Settled with each heartbeat, and before an attachment goes. Thread safety: none (one event loop).
inline tracker::RequestTally request_tally;

}  // namespace agent_sessions::ngx
