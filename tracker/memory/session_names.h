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

// The reason in an alias's word: `none` until the session was seen with its newer key, then this.
inline constexpr EndReason kAliasReplaced = EndReason::replaced;

// What becomes of the earlier key.
enum class EarlierKey : std::uint8_t {
    freed,
    leads_on_if_there_is_room,  // of live sessions only, as the next one
    leads_on,                   // or nothing changes
};

// Gives the session in this slot another key. `promise`: from what the cookie of that key was derived, if it
// was.
RekeyResult rekey_session(Layout& layout, SlotIndex slot, SessionKey key, EarlierKey fate,
                          const Successor& promise, Now now) noexcept;

// Lets an earlier key lead to a session, as the history knows it: its cookie may still come, and the newer
// one may never have been seen. Where the key is in use, or the session unknown, nothing changes.
void restore_alias(Layout& layout, SessionKey earlier, SessionKey key, Now now) noexcept;

// Frees an alias of this key whose session is gone, so that a session can begin under it.
void drop_dead_alias(Layout& layout, SessionKey key, Now now) noexcept;
// Frees the slot of an alias.
void drop_alias(Layout& layout, SlotIndex slot, Now now) noexcept;

// Frees the alias in this slot once it is not needed any more: a while after the session was seen with its
// newer key, or when nothing is remembered of the session.
void drop_alias_if_old(Layout& layout, SlotIndex slot, Now now) noexcept;

}  // namespace agent_sessions::tracker::memory
