// GET health/segment: what a look at the whole table finds, for who suspects that something overwrote it.
// Thread safety: none; one task belongs to one request. The look is taken on the history's reader's thread.
#pragma once

#include <memory>

#include "admin/handle.h"

namespace agent_sessions::admin {

// 200 {"status":"sound","findings":[]}, or 503 {"status":"damaged","findings":[…]}, a sentence each. Throws
// Refusal history_unavailable where there is no reader.
std::unique_ptr<Task> make_segment_check_task(const Request& request, tracker::Tracker tracker,
                                              tracker::history::Reader* reader);

}  // namespace agent_sessions::admin
