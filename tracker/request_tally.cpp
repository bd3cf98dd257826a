#include "tracker/request_tally.h"

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"

namespace agent_sessions::tracker {

namespace {

// The slot may have gone to another session meanwhile.
void add(memory::Layout& table, SessionHandle handle, std::uint32_t count) noexcept {
    memory::HotSlot& hot = table.hot(handle.slot);
    if (memory::SlotWord(hot.word.load(std::memory_order_relaxed)).generation() == handle.generation) {
        hot.requests.fetch_add(count, std::memory_order_relaxed);
    }
}

}  // namespace

void RequestTally::count_other(Tracker tracker, SessionHandle handle, Entry& entry) noexcept {
    // Where two are asked for in turns, the one that has something kept stays until that is settled.
    if (entry.kept == 0) {
        entry.table = tracker.layout();
        entry.handle = handle;
    }
    tracker.count_request(handle);
}

void RequestTally::settle() noexcept {
    for (Entry& entry : entries_) {
        if (entry.kept != 0) {
            add(*entry.table, entry.handle, entry.kept);
            entry.kept = 0;
        }
    }
}

}  // namespace agent_sessions::tracker
