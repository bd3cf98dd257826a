// The answer to whoever ended sessions without naming them: how many. Thread safety: pure.
#pragma once

#include <cstdint>

#include "admin/durable_act.h"

namespace agent_sessions::admin {

Response tally_response(std::uint64_t ended, std::uint64_t already_gone, bool durable, const DurableAct& act);

}  // namespace agent_sessions::admin
