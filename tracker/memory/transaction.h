// All-or-nothing changes of many words, whatever kills the writer between any two of them.
//
// Each set() first writes the word's old value to the segment's undo record, then changes the word. commit()
// empties the record. If the writer dies before, the next holder of the lock puts the old values back in
// reverse order. A change that lock-free readers must see begin or end at one instant names a deciding slot
// word: it is stored last, and once it shows the decided state the change counts as complete, committed or
// not. Cost: two stores more per word. Thread safety: REQUIRES the zone's lock for the whole lifetime.
#pragma once

#include <cstdint>

#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"

namespace agent_sessions::tracker::memory {

#ifdef AGENT_SESSIONS_TEST_STEPS
// Called between any two stores of a change; tests kill the process there. Null = not called.
extern void (*step_hook)();
inline void step() noexcept {
    if (step_hook != nullptr) {
        step_hook();
    }
}
#else
inline void step() noexcept {}
#endif

class Transaction {
  public:
    // What a dead writer left was undone when the lock was taken: what stands in the record now is damage.
    explicit Transaction(Layout& layout) noexcept;
    // Rolls back unless committed.
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    template <typename T>
    void set(Shared<T>& word, T value) noexcept {
        record(&word, sizeof(T), static_cast<std::uint64_t>(word.load(std::memory_order_relaxed)));
        step();
        word.store(value, std::memory_order_release);
        step();
    }

    template <typename T>
    void add(Shared<T>& word, T amount) noexcept {
        set(word, static_cast<T>(word.load(std::memory_order_relaxed) + amount));
    }

    // From here on the change counts as complete as soon as the slot's word has this generation and state (or
    // a later state of it). REQUIRES: every other word of the change is already set.
    void decided_by(SlotIndex slot, SlotWord decided) noexcept;

    void commit() noexcept;

    // One more block of the pool of texts was put on the top of its free list: commit() wipes it, so that no
    // name outlives the sessions that had it. REQUIRES: no block is taken from there afterwards.
    void note_freed_text() noexcept { ++freed_texts_; }

    Layout& layout() noexcept { return layout_; }

  private:
    void record(void* word, std::size_t size, std::uint64_t before) noexcept;

    void wipe_freed_texts() noexcept;

    Layout& layout_;
    std::uint32_t freed_texts_ = 0;
    bool committed_ = false;
};

// Undoes, or recognises as complete, what a dead writer left. REQUIRES: the lock.
void undo_unfinished(Layout& layout) noexcept;

}  // namespace agent_sessions::tracker::memory
