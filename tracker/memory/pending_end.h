// The end of a session that waits until its agent has finished. It stands in the details of a live slot; by
// whom, why and the words to the agent are in the texts that its end will have.
//
// The end comes in the same hold of the lock that takes the last instance away, so that none is left pending
// with nothing open. Only a restored session may be: its instances are not known yet, and are waited for as
// long as one that is not refreshed stays open.
#pragma once

#include <optional>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// In ColdSlot::pending_until.
inline constexpr std::uint32_t kNoLimit = ~std::uint32_t{0};

inline bool is_end_pending(const ColdSlot& cold) noexcept {
    return cold.living.pending_since.load(std::memory_order_relaxed) != 0;
}

struct PendingTimes {
    WallTime since{};
    std::optional<BootTime> until{};  // nullopt = for as long as something is open
};
// Notes them in a slot that nobody sees yet.
void note_pending_times(ColdSlot& cold, const PendingTimes& times) noexcept;

// Whether it is time to carry it out. Lock-free.
bool is_pending_end_due(Layout& layout, SlotIndex slot, Now now) noexcept;

// The rest REQUIRES the lock and a live slot, is O(1), and happens wholly or not at all.

// Makes `request` the pending end of the session, in the place of an earlier one.
void set_pending_end(Layout& layout, SlotIndex slot, const EndRequest& request, const PendingTimes& times,
                     Now now) noexcept;
// Takes it back. REQUIRES: one is pending.
void drop_pending_end(Layout& layout, SlotIndex slot, Now now) noexcept;
// Ends the session as the pending end says. REQUIRES: one is pending.
void carry_out_pending_end(Layout& layout, SlotIndex slot, Now now) noexcept;

}  // namespace agent_sessions::tracker::memory
