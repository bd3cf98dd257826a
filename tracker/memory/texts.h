// Texts (names, addresses, browsers, messages) in chained blocks of one pool, shared where equal, counted by
// reference. An agent's name is shared within its account only, and also counts the live sessions of that
// agent.
//
// Changing needs the lock. Reading does not, but the bytes are only worth something if whoever named the text
// (a slot) still names it afterwards: readers check that (see rows.cpp).
#pragma once

#include <string>
#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// `text` or its longest beginning of at most `bytes` bytes that does not split a UTF-8 character.
std::string_view cut(std::string_view text, std::size_t bytes) noexcept;

// Keyed with the segment's secret; 0 for no name, and only for that.
std::uint32_t name_hash(const Layout& layout, std::string_view name) noexcept;

// A reference to this text. REQUIRES: within one change every refer() comes before the first release(), since
// a block freed by a change keeps its bytes, for the case that the change is undone, until it is committed.
// 0: empty, or the pool is (the loss is counted). Account 0 = of no account.
TextIndex refer(Transaction& change, std::string_view text, AccountIndex account) noexcept;

// Gives a reference back; the last one frees the blocks. 0 is ignored.
void release(Transaction& change, TextIndex text) noexcept;

// Appends the bytes. false: the text is not sound (freed meanwhile, or damaged).
bool read_text(Layout& layout, TextIndex text, std::string& out);

// The same into a caller's buffer, cut to its size; empty where the text is not sound.
std::string_view text_view(Layout& layout, TextIndex text, char* buffer, std::size_t size) noexcept;

// Whether a text holds these bytes. REQUIRES: the lock, or the caller checks again under it.
bool equals(Layout& layout, TextIndex text, std::string_view bytes) noexcept;

}  // namespace agent_sessions::tracker::memory
