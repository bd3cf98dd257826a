// GET api/1/, api/1/accounts and api/1/sessions/REF: what can be answered at once.
//
// All throw Refusal. Cost: O(accounts), or O(1) for one session. Thread safety: every function may be called
// from anywhere.
#pragma once

#include "admin/access.h"
#include "admin/list_format.h"
#include "admin/message.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// Who asks, what he may, and where to go from here.
Response root_response(const Request& request, const Access& access);

// The accounts in scope with their figures, by name.
Response accounts_response(const Request& request, const ListFormat& format, const Access& access,
                           tracker::Tracker tracker);

// One live session with its open instances.
Response session_response(const Request& request, const Access& access, tracker::Tracker tracker,
                          tracker::SessionKey key);

}  // namespace agent_sessions::admin
