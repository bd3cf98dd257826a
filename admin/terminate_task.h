// DELETE api/1/sessions/REF and POST api/1/sessions/terminate.
//
// Cost: one session or ref: O(1); a selection: one pass over all slots. Memory: the refs given, or as many
// keys as were expected.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/handle.h"
#include "tracker/types.h"

namespace agent_sessions::admin {

// Both throw Refusal for what is not valid. REQUIRES: require_change() was passed.
std::unique_ptr<Task> make_delete_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                       tracker::SessionKey key);
std::unique_ptr<Task> make_terminate_task(const Request& request, const Access& access,
                                          tracker::Tracker tracker);

}  // namespace agent_sessions::admin
