// Free slots: taken by begins, given back when nothing need be remembered any more. REQUIRES: the lock.
#pragma once

#include <optional>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

enum class RoomFor : std::uint8_t { session, earlier_key };

// Frees a slot that only helps comfort, where none is free. A change of its own.
void make_room(Layout& layout, RoomFor room, Now now) noexcept;

// Takes a free slot and enters it into the index under this key. nullopt: no room. The slot's content is the
// caller's.
std::optional<SlotIndex> occupy_slot(Transaction& change, SessionKey key) noexcept;

}  // namespace agent_sessions::tracker::memory
