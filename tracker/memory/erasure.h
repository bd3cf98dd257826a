// Taking a person's name out of a segment.
#pragma once

#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/time.h"

namespace agent_sessions::tracker::memory {

// See HistoryFeed::erase_agent(). Takes the lock for each session anew. O(slots + events).
void erase_agent(Layout& layout, std::string_view account, std::string_view agent, std::string_view pseudonym,
                 Now now);

}  // namespace agent_sessions::tracker::memory
