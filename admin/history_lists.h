// GET api/1/history, api/1/ended and api/1/audit: who was on when, who ended, who did what.
//
// All throw Refusal, history_unavailable where there is no history. The work is done on the history's thread.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/handle.h"
#include "admin/list_format.h"

namespace agent_sessions::admin {

std::unique_ptr<Task> make_history_list_task(const Request& request, const ListFormat& format,
                                             const Access& access, tracker::Tracker tracker,
                                             tracker::history::Reader* history);

std::unique_ptr<Task> make_ended_list_task(const Request& request, const ListFormat& format,
                                           const Access& access, tracker::Tracker tracker,
                                           tracker::history::Reader* history);

std::unique_ptr<Task> make_audit_list_task(const Request& request, const ListFormat& format,
                                           const Access& access, tracker::Tracker tracker,
                                           tracker::history::Reader* history);

}  // namespace agent_sessions::admin
