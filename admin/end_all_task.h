// Ends all sessions of an account, of an agent, or of everybody: the history learns it as one fact, first,
// and the sessions follow (ARCHITECTURE 7). Cost: one pass over all slots. Memory: none that grows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "admin/durable_act.h"
#include "admin/handle.h"
#include "admin/session_ender.h"

namespace agent_sessions::admin {

struct EndAllExtent {
    std::string account;                  // "*" = all
    std::optional<std::uint16_t> number;  // of that account
    std::string agent;                    // empty = everybody
};

std::unique_ptr<Task> make_end_all_task(std::unique_ptr<SessionEnder> ender, EndAllExtent extent,
                                        DurableAct act);

}  // namespace agent_sessions::admin
