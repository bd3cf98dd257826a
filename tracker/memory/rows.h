// Consistent copies of sessions, without the lock: read, then check that the slot was not changed meanwhile.
//
// What is copied is what is counted: a session until its end is settled, also while its time is over but
// nobody has noticed yet. So lists, counts and a recount agree at every instant.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker::memory {

// The cheap fields, from the slot alone. false: no session that is counted.
bool glance(Layout& layout, SlotIndex slot, Now now, Tracker::Glance& out) noexcept;

// Everything. false: that use of the slot is not counted any more.
bool copy_row(Layout& layout, SessionHandle handle, Now now, Row& row, bool with_details, Waiting waiting);

// Copies what is remembered of an ended session. false: forgotten.
bool copy_ended(Layout& layout, SessionHandle handle, EndedFacts& facts, Waiting waiting);

}  // namespace agent_sessions::tracker::memory
