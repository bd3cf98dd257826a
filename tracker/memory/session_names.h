// Sessions that get another key, as their cookie gets another value: at a login, say.
//
// The session stays in its slot, so that handles on it stay good. A slot of its own keeps the earlier key for
// a while as an alias that leads to the newer one: requests that are under way still bring it, and whoever
// ends the session ends it under both. Every function REQUIRES the zone's lock, is O(1), and either happens
// wholly or not at all, whatever kills the process.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"

namespace agent_sessions::tracker::memory {

// Gives the session in this slot another key. `keeps_alias`, for live ones only: where there is room, the
// earlier key goes on to lead to it.
RekeyResult rekey_session(Layout& layout, SlotIndex slot, SessionKey key, bool keeps_alias, Now now) noexcept;

// Frees an alias of this key whose session is gone, so that a session can begin under it.
void drop_dead_alias(Layout& layout, SessionKey key) noexcept;

// Frees the alias in this slot once it is not needed any more: a while after the session was seen with its
// newer key, or when nothing is remembered of the session.
void drop_alias_if_old(Layout& layout, SlotIndex slot, Now now) noexcept;

}  // namespace agent_sessions::tracker::memory
