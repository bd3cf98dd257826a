// The interaction instances of a session: records of one pool, chained from the slot.
// Changing needs the lock; refreshing does not.
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// What tells an instance apart within its session; never 0.
std::uint64_t instance_key(const Layout& layout, std::string_view name, std::string_view instance) noexcept;

// The same of a record; and when it was opened, to the second.
std::uint64_t key_of_instance(Layout& layout, InstanceIndex index) noexcept;
WallTime opened_at(Layout& layout, InstanceIndex index) noexcept;

// The record of this key in a session's chain, 0 = none. Bounded; safe without the lock (then only a hint).
InstanceIndex find_instance(Layout& layout, InstanceIndex first, std::uint64_t key) noexcept;

// Notes that the instance was seen. false: the record is not this instance any more.
bool refresh_instance(Layout& layout, InstanceIndex index, std::uint64_t key, BootTime now) noexcept;

bool is_timed_out(Layout& layout, InstanceIndex index, std::uint32_t timeout_seconds, BootTime now) noexcept;

BootTime last_seen(Layout& layout, InstanceIndex index) noexcept;

// How many records the chain has, and how many of them have a name.
struct ChainLength {
    std::uint32_t records = 0;
    std::uint32_t named = 0;
};
ChainLength chain_length(Layout& layout, InstanceIndex first) noexcept;

// Adds a record in front. 0: the pool is empty (the loss is counted). Takes over the reference to `name`.
InstanceIndex add_instance(Transaction& change, Shared<InstanceIndex>& first, std::uint64_t key,
                           TextIndex name, Now now) noexcept;

// Removes a record from a chain and gives it and its name back.
void remove_instance(Transaction& change, Shared<InstanceIndex>& first, InstanceIndex index) noexcept;

}  // namespace agent_sessions::tracker::memory
