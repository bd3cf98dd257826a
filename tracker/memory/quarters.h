// The exact maximum of every quarter hour (UTC) of every account. The running one stands in the account's
// record; closed ones wait in an area of their own until the history has them.
//
// Changing needs the lock; reading what is closed does not: a place is not used again before it is saved.
#pragma once

#include <optional>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// Closes the quarter hour that was running for the account if `now` is in another one; the new one starts
// with the sessions that live through. REQUIRES: called before any count of the account changes.
void roll_quarter(Transaction& change, AccountIndex account, Now now) noexcept;

// Notes the account's current sessions as the maximum, if they are. REQUIRES: roll_quarter() before the count
// rose, and the event of the begin not yet appended.
void note_peak(Transaction& change, AccountIndex account, Now now) noexcept;

// The same for a session that came back from the history, without an event, in a quarter hour that runs
// already.
void note_restored(Transaction& change, AccountIndex account, Now now) noexcept;

// Whether the account's running quarter hour is not that of `now` and something is to be said about the new
// one: sessions that live in it, or for "*" that it was measured at all. Lock-free.
bool needs_roll(Layout& layout, AccountIndex account, Now now) noexcept;

// The account's running quarter hour as it stands. nullopt: never measured. Lock-free, yet of one instant.
std::optional<QuarterPeak> running_quarter(Layout& layout, AccountIndex account) noexcept;

QuarterPeak to_peak(const QuarterRecord& record) noexcept;

std::int64_t quarter_of(WallTime time) noexcept;

}  // namespace agent_sessions::tracker::memory
