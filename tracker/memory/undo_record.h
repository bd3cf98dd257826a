// What a change that is under way would put back. Part of layout.h; written by Transaction alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tracker/memory/shared.h"

namespace agent_sessions::tracker::memory {

struct UndoEntry {
    Shared<std::uint64_t> where;  // offset of the word from the start of the segment << 8 | its size in bytes
    Shared<std::uint64_t> before;
};

// Enough for the longest change: ending a session with kMaxInstanceRecords instances and the longest names.
inline constexpr std::size_t kUndoEntries = 4096;

// Written before the first store of a change. If the writer dies, the next one puts every word back, unless
// the change names a deciding slot word and that word shows that the change was complete.
struct UndoRecord {
    Shared<std::uint32_t> count;
    Shared<std::uint32_t> decided_by;  // slot + 1; 0 = no deciding word
    Shared<std::uint32_t> decided_generation;
    Shared<std::uint32_t> decided_state;  // the least state that means complete
    UndoEntry entries[kUndoEntries];
};

}  // namespace agent_sessions::tracker::memory
