// The answers to whoever ended sessions without naming them: how many. Thread safety: pure.
#pragma once

#include <cstdint>

#include "admin/durable_act.h"
#include "admin/problem.h"
#include "admin/session_act.h"

namespace agent_sessions::admin {

struct Tally {
    std::uint64_t ended = 0;
    std::uint64_t ending = 0;  // once their agents have finished
    std::uint64_t already_gone = 0;

    // Counts what became of one session.
    void add(Outcome outcome);
};

Response tally_response(const Tally& tally, bool durable, const DurableAct& act);

// Where the table stayed busy in the middle of it.
Response busy_response(const DurableAct& act, const ProblemContext& context);

}  // namespace agent_sessions::admin
