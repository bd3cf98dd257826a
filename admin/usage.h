// GET api/1/usage, api/1/usage/minutes and api/1/usage/peak: the figures of the days, the curve of one, and
// who was there when a day's number was at its highest.
//
// All throw Refusal. The work is done on the history's thread. Without a history `usage` tells what is now,
// and no days; the others answer history_unavailable.
#pragma once

#include "admin/access.h"
#include "admin/handle.h"
#include "admin/list_format.h"

namespace agent_sessions::admin {

Handled handle_usage(const Request& request, const ListFormat& format, const Access& access,
                     tracker::Tracker tracker, tracker::history::Reader* history);

std::unique_ptr<Task> make_minutes_task(const Request& request, const ListFormat& format,
                                        const Access& access, tracker::Tracker tracker,
                                        tracker::history::Reader* history);

std::unique_ptr<Task> make_peak_task(const Request& request, const ListFormat& format, const Access& access,
                                     tracker::Tracker tracker, tracker::history::Reader* history);

}  // namespace agent_sessions::admin
