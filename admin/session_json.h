// One session as the API shows it.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "tracker/types.h"

namespace agent_sessions::admin {

// What is told of a session beside what the table knows of it.
struct SessionContext {
    std::string_view account;
    std::string_view time_zone;
    bool own = false;  // it is the caller's
};

// The members of a row of the list.
boost::json::object session_json(const tracker::Row& row, const SessionContext& context);

// And `open_instances`: the instances, each with its name (null where too many are open to keep it), opened,
// last_seen. REQUIRES: the row was read with details.
boost::json::object detailed_session_json(const tracker::Row& row, const SessionContext& context);

}  // namespace agent_sessions::admin
