// The client's address of a session: IPv4 in the slot itself, anything else as a text of the pool.
// Storing and clearing need the lock; reading does not, but whoever reads checks the slot's version.
#pragma once

#include <string>
#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// Of a slot that nobody sees yet and that has no address. REQUIRES: refer()'s, since it may be a text.
void fill_address(Transaction& change, ColdSlot& cold, std::string_view address) noexcept;

// Takes the address away. REQUIRES: release()'s.
void clear_address(Transaction& change, ColdSlot& cold) noexcept;

// The text that the slot names as its address; 0 where it has none or needs none.
TextIndex address_text(const ColdSlot& cold) noexcept;

// Appends the address. false: it is not sound.
bool read_address(Layout& layout, const ColdSlot& cold, std::string& out);

}  // namespace agent_sessions::tracker::memory
