// Does something to sessions that were named by their refs, records that, and waits for the disk.
// Cost: O(1) a session. Memory: the refs, and what the answer says of each.
#pragma once

#include <memory>
#include <vector>

#include "admin/durable_act.h"
#include "admin/handle.h"
#include "admin/problem.h"
#include "admin/session_act.h"

namespace agent_sessions::admin {

// Answers 204, or 404 where it is not there. REQUIRES: one key.
std::unique_ptr<Task> make_end_one_task(std::unique_ptr<SessionAct> ender, tracker::SessionKey key,
                                        DurableAct act, ProblemContext context);
// Answers 200 with what became of each, in their order.
std::unique_ptr<Task> make_named_task(std::unique_ptr<SessionAct> deed, std::vector<tracker::SessionKey> keys,
                                      DurableAct act, ProblemContext context);

}  // namespace agent_sessions::admin
