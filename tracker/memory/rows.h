// Consistent copies of sessions, without the lock: read, then check that the slot was not changed meanwhile.
//
// What is copied is what is counted: a session until its end is settled, also while its time is over but
// nobody has noticed yet. So lists, counts and a recount agree at every instant.
#pragma once

#include <optional>

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/row_walk.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker::memory {

// The cheap fields, from the slot alone; last_seen and begun_sequence where they are among the parts. false:
// no session that is counted.
bool glance(Layout& layout, SlotIndex slot, Now now, const RowParts& parts, Tracker::Glance& out) noexcept;
// All of them.
bool glance(Layout& layout, SlotIndex slot, Now now, Tracker::Glance& out) noexcept;

// Lets the memory begin to bring what copy_parts() will read of a slot: first what the slot's words lead to,
// then what those lead to. Between the two calls others are made, for other slots.
void fetch_slot(Layout& layout, SlotIndex slot, const RowParts& parts) noexcept;
void fetch_texts(Layout& layout, SlotIndex slot, const RowParts& parts) noexcept;

// What a walk looks at. false: that use of the slot is not counted any more.
bool copy_parts(Layout& layout, SessionHandle handle, Now now, Row& row, const RowParts& parts,
                Waiting waiting);
// Everything.
bool copy_row(Layout& layout, SessionHandle handle, Now now, Row& row, bool with_details, Waiting waiting);

// What is pending for a live session; nullopt in `pending` = nothing. false: it does not live.
bool copy_pending_end(Layout& layout, SessionHandle handle, Now now, std::optional<PendingEnd>& pending,
                      Waiting waiting);

// Copies what is remembered of an ended session. false: forgotten.
bool copy_ended(Layout& layout, SessionHandle handle, EndedFacts& facts, Waiting waiting);

}  // namespace agent_sessions::tracker::memory
