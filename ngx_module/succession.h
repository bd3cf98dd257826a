// The session that follows an ended one of the same browser, and takes over its agent (PRODUCT 2, 4, 5).
//
// Where it can't begin now, what tells whose it will be is kept, so that it is nobody else's when it begins:
// a run-out cookie stays with the browser, which asks again; and a cookie that a reactivation gives out is
// remembered together with the agent. May throw std::bad_alloc.
#pragma once

#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// The session of the cookie is over, and its agent goes on with this answer.
void begin_next(Tracking& tracking);

// Gives a reactivated agent a cookie where nothing may begin: the session begins when that comes back.
void issue_reactivated(Tracking& tracking);

}  // namespace agent_sessions::ngx
