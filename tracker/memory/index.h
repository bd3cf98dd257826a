// The index: from a session's key to its slot. Groups of one cache line, entries that never move, overflow
// groups that stay with their group until they are empty.
//
// Looking up takes no lock: an entry is one word, and whether the slot behind it is the right one is decided
// by the slot's own word, read before and after its key. Changing needs the lock.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

struct Located {
    SlotIndex slot = kNoSlot;
    SlotWord word;

    explicit operator bool() const noexcept { return slot != kNoSlot; }
};

// The slot of the session with this key, live or ended; an earlier name of it leads there, too. Lock-free; a
// miss may be wrong only while a change is under way.
Located locate(Layout& layout, SessionKey key) noexcept;

// The slot that holds this very key, which may be an alias. Likewise.
Located locate_name(Layout& layout, SessionKey key) noexcept;

// Enters a slot. false: no room, which keyed hashing makes a matter of 7 standard deviations. REQUIRES: the
// lock.
bool enter(Transaction& change, SessionKey key, SlotIndex slot) noexcept;

// Removes the entry of this slot. REQUIRES: the lock.
void leave(Transaction& change, SessionKey key, SlotIndex slot) noexcept;

inline constexpr std::uint64_t kEntryTagMask = 0xffffffff00000000U;

// Every bit of the key has its part in it, so that a key which was damaged does not fit its entry any more.
constexpr std::uint64_t entry_tag(SessionKey key) noexcept {
    const std::uint64_t halves = key.high ^ key.low;
    return (halves ^ halves << 32) & kEntryTagMask;
}

constexpr std::uint64_t index_entry(SessionKey key, SlotIndex slot) noexcept {
    return entry_tag(key) | (slot + std::uint64_t{1});
}

}  // namespace agent_sessions::tracker::memory
