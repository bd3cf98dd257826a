// The content of a slot that was just taken. Nobody sees it before the slot's word is published.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

std::uint32_t seconds_of(Millis time) noexcept;

// Key, times and bookkeeping; no owner yet: no agent, no texts.
void fill_slot(Layout& layout, SlotIndex slot, SessionKey key, WallTime started, const Lifetime& lifetime,
               Now now) noexcept;

// Gives it the agent of the ended session of the same browser, if that one has any and did not log out.
void inherit_agent(Transaction& change, SlotIndex slot, SessionKey predecessor,
                   AccountIndex account) noexcept;

// Who and where, of a session that begins.
void fill_details(Transaction& change, SlotIndex slot, const BeginRequest& request,
                  AccountIndex account) noexcept;

}  // namespace agent_sessions::tracker::memory
