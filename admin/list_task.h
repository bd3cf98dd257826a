// GET api/1/sessions: filter, sort, page.
//
// One pass over all slots, in steps; only the keys of the page (and one more) are kept, and only the rows of
// the page are read whole. Memory: O(limit). Cost of the pass: O(slots), O(log limit) for a session that
// enters the page.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "admin/access.h"
#include "admin/handle.h"
#include "admin/list_format.h"

namespace agent_sessions::admin {

// Throws Refusal for every parameter that is not valid and for an account outside the scope.
std::unique_ptr<Task> make_list_task(const Request& request, const ListFormat& format, const Access& access,
                                     tracker::Tracker tracker);

}  // namespace agent_sessions::admin
