// The answer to a request that is refused, which leaves a trace in the audit where it would have changed
// something (RELIABILITY S24). Thread safety: none. May throw std::bad_alloc.
#pragma once

#include "admin/message.h"
#include "admin/problem.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// `tracker` may be empty: then nothing is recorded.
Response refusal_response(const Refusal& refusal, const Request& request, tracker::Tracker tracker);

}  // namespace agent_sessions::admin
