// What every change of a session has in common: details that are marked while they change, the event that
// tells of it, and the word that decides it. REQUIRES: the zone's lock, throughout.
#pragma once

#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

// Marks a slot's details as being changed for as long as it lives, so that lock-free readers read again.
class DetailChange {
  public:
    DetailChange(Transaction& change, ColdSlot& cold) noexcept : change_(change), cold_(cold) { bump(); }
    ~DetailChange() { bump(); }
    DetailChange(const DetailChange&) = delete;
    DetailChange& operator=(const DetailChange&) = delete;

  private:
    void bump() noexcept {
        change_.set(cold_.version,
                    static_cast<std::uint16_t>(cold_.version.load(std::memory_order_relaxed) + 1));
    }

    Transaction& change_;
    ColdSlot& cold_;
};

// Appends the event of a session's change. Without a text it tells the session's agent.
void report(Transaction& change, SlotIndex slot, EventKind kind, Now now, EndReason reason = EndReason::none,
            std::string_view text = {}, std::string_view by = {}) noexcept;

// Completes a change with the word that decides it, stored last.
void publish(Transaction& change, SlotIndex slot, SlotWord word) noexcept;

// That of the slot's next use, where it is free.
std::uint32_t next_generation(Layout& layout, SlotIndex slot) noexcept;

}  // namespace agent_sessions::tracker::memory
