// POST api/1/erase: takes a person's name out of the table, the history and the audit.
// Thread safety: none; belongs to one request.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/handle.h"

namespace agent_sessions::admin {

// `history` may be null. Throws Refusal: what the body and the account may be refused for, role_insufficient.
std::unique_ptr<Task> make_erase_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                      tracker::history::Reader* history);

}  // namespace agent_sessions::admin
