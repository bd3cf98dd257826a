// POST api/1/sessions/keep: {"refs": [REF, …]}. Cost: O(1) a ref. Memory: the refs given.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/handle.h"

namespace agent_sessions::admin {

// Throws Refusal for what is not valid. REQUIRES: require_change() was passed.
std::unique_ptr<Task> make_keep_task(const Request& request, const Access& access, tracker::Tracker tracker);

}  // namespace agent_sessions::admin
