// Ends (or lets finish) what matches a filter and had begun when the request came. With an expected number it
// is counted first, and then exactly the counted ones are ended, so no more keys are kept than were expected;
// without, each is ended where the walk meets it. Cost: one pass over all slots.
#pragma once

#include <memory>

#include "admin/durable_act.h"
#include "admin/handle.h"
#include "admin/problem.h"
#include "admin/session_ender.h"
#include "admin/terminate_request.h"

namespace agent_sessions::admin {

std::unique_ptr<Task> make_end_matching_task(std::unique_ptr<SessionEnder> ender,
                                             TerminateSelection selection, DurableAct act,
                                             tracker::Tracker tracker, ProblemContext context);

}  // namespace agent_sessions::admin
