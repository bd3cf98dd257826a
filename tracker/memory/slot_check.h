// Checks the slots, and with them all that they name: the index, texts, instances and the list of free slots.
// Thread safety: none. REQUIRES: the lock, or nobody else attached; the high-water marks are within their
// areas.
#pragma once

#include <span>
#include <vector>

#include "tracker/memory/faults.h"
#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/memory/text_check.h"

namespace agent_sessions::tracker::memory {

class SlotCheck {
  public:
    SlotCheck(Layout& layout, FaultList& faults);

    // O(capacity), once.
    void run();

    // What a recount gives of each account: live sessions, and agents that have some.
    std::span<const std::uint32_t> current() const noexcept { return current_; }
    std::span<const std::uint32_t> agents() const noexcept { return agents_; }

  private:
    void fetch(SlotIndex slot);
    void check_slots();
    void check_slot(SlotIndex slot, SlotWord word);
    void check_alias(SlotIndex slot);
    void check_session(SlotIndex slot);
    void check_live(SlotIndex slot);
    void check_instances_of(SlotIndex slot);
    void check_ended(SlotIndex slot);
    void check_free_slots();
    void check_free_instances();

    Layout& layout_;
    FaultList& faults_;
    TextCheck texts_;
    std::vector<bool> is_found_;
    std::vector<bool> is_instance_used_;
    std::vector<std::uint32_t> current_;
    std::vector<std::uint32_t> agents_;
    std::uint64_t live_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t aliases_ = 0;
};

}  // namespace agent_sessions::tracker::memory
