// What admins did, kept in an area of its own until the history has it.
#pragma once

#include <optional>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

// Enters an act and its event. nullopt: no room, since the history did not take the earlier ones over; the
// loss is counted. Refused acts may fill a part of the area only, and ten a second are enough, so that nobody
// can crowd out what was done. REQUIRES: the lock.
std::optional<ActTicket> append_act(Layout& layout, const ActRequest& request, Now now) noexcept;

// Notes how many sessions the act ended, and appends the event that says so. REQUIRES: the lock.
std::uint64_t finish_act(Layout& layout, const ActTicket& ticket, std::uint64_t ended, Now now) noexcept;

// A copy of an act that is not saved yet. nullopt: it is, or was never made.
std::optional<Act> read_act(Layout& layout, std::uint64_t number);

// Overwrites the name of the agent that an erasure was about, once nobody needs it any more.
void blank_erased_name(Layout& layout, std::uint64_t number) noexcept;

}  // namespace agent_sessions::tracker::memory
