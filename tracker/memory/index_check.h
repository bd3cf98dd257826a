// Checks that the index and the slots agree, in one pass over the index in the order of its addresses.
// Thread safety: none. REQUIRES: the lock, or nobody else attached; the high-water marks are within their
// areas.
#pragma once

#include <vector>

#include "tracker/memory/faults.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

class IndexCheck {
  public:
    IndexCheck(Layout& layout, FaultList& faults);

    // Of each slot, whether it is found by its key. An entry that leads nowhere, to a slot whose key belongs
    // elsewhere, or to a key that another slot of its chain has, is a fault. O(capacity).
    std::vector<bool> run();

  private:
    void check_chain(std::uint64_t home);
    void check_entry(std::uint64_t home, std::uint64_t entry);
    void check_keys_of_chain();
    void check_free_groups();
    void check_unlinked();

    Layout& layout_;
    FaultList& faults_;
    std::vector<bool> is_found_;
    std::vector<bool> is_linked_;         // of the overflow groups
    std::vector<std::uint64_t> entries_;  // of the chain at hand
};

}  // namespace agent_sessions::tracker::memory
