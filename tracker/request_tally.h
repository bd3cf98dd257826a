// The requests of sessions that this process has answered and not yet added to their tables: so a request
// writes no line that other processes read for the same session.
//
// What hardly anybody asks for twice, as in a large table, is added at once, since its line was just read;
// only the requests that follow are kept, until settle(). Thread safety: none; one object belongs to one
// process, and what it has is lost with it. Memory: 48 KiB.
#pragma once

#include <array>
#include <cstdint>

#include "tracker/tracker.h"

namespace agent_sessions::tracker {

class RequestTally {
  public:
    // Of a session that was just found live. Cost: a few instructions, and those of Tracker::count_request()
    // where the session was not the last one of its place.
    void count(const Tracker& tracker, SessionHandle handle) noexcept {
        Entry& entry = entries_[handle.slot % kEntries];
        if (entry.handle == handle && entry.table == tracker.layout()) [[likely]] {
            ++entry.kept;
            return;
        }
        count_other(tracker, handle, entry);
    }

    // Adds what is kept to the tables. Call a few times a second, and before a table is detached.
    void settle() noexcept;

  private:
    static constexpr std::uint32_t kEntries = 2048;
    struct Entry {
        memory::Layout* table = nullptr;
        SessionHandle handle;
        std::uint32_t kept = 0;
    };

    static void count_other(Tracker tracker, SessionHandle handle, Entry& entry) noexcept;

    std::array<Entry, kEntries> entries_{};
};

}  // namespace agent_sessions::tracker
