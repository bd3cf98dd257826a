#include "tracker/memory/transaction.h"

#include <cstddef>
#include <cstdlib>

namespace agent_sessions::tracker::memory {

#ifdef AGENT_SESSIONS_TEST_STEPS
void (*step_hook)() = nullptr;
#endif

namespace {

void put_back(Layout& layout, const UndoEntry& entry) noexcept {
    const std::uint64_t where = entry.where.load(std::memory_order_relaxed);
    const std::uint64_t before = entry.before.load(std::memory_order_relaxed);
    const std::uint64_t offset = where >> 8;
    const std::uint64_t size = where & 0xff;
    // The record may come from a damaged file: never write outside the segment, nor what no change writes.
    if (size == 0 || size > 8 || offset % size != 0 || offset < offsetof(Layout, totals) ||
        offset + size > layout.geometry.total_bytes) {
        return;
    }
    char* word = reinterpret_cast<char*>(&layout) + offset;
    switch (size) {
        case 1:
            reinterpret_cast<Shared<std::uint8_t>*>(word)->store(static_cast<std::uint8_t>(before));
            break;
        case 2:
            reinterpret_cast<Shared<std::uint16_t>*>(word)->store(static_cast<std::uint16_t>(before));
            break;
        case 4:
            reinterpret_cast<Shared<std::uint32_t>*>(word)->store(static_cast<std::uint32_t>(before));
            break;
        case 8:
            reinterpret_cast<Shared<std::uint64_t>*>(word)->store(before);
            break;
        default:
            break;
    }
}

bool is_decided(Layout& layout) noexcept {
    const std::uint32_t slot = layout.undo.decided_by.load(std::memory_order_acquire);
    if (slot == 0 || slot > layout.geometry.slots) {
        return false;
    }
    const SlotWord word(layout.hot(slot - 1).word.load(std::memory_order_acquire));
    return word.generation() == layout.undo.decided_generation.load(std::memory_order_relaxed) &&
           static_cast<std::uint32_t>(word.state()) >=
               layout.undo.decided_state.load(std::memory_order_relaxed);
}

void clear(UndoRecord& undo) noexcept {
    undo.count.store(0, std::memory_order_release);
    undo.decided_by.store(0, std::memory_order_release);
}

void roll_back(Layout& layout) noexcept {
    UndoRecord& undo = layout.undo;
    std::uint32_t count = undo.count.load(std::memory_order_acquire);
    if (count > kUndoEntries) {
        count = kUndoEntries;
    }
    // Dying here as well is harmless: putting back twice gives the same words.
    while (count > 0) {
        put_back(layout, undo.entries[--count]);
    }
}

}  // namespace

void undo_unfinished(Layout& layout) noexcept {
    if (layout.undo.count.load(std::memory_order_acquire) != 0 && !is_decided(layout)) {
        roll_back(layout);
    }
    clear(layout.undo);
}

Transaction::Transaction(Layout& layout) noexcept : layout_(layout) {
    clear(layout_.undo);
}

Transaction::~Transaction() {
    if (!committed_) {
        roll_back(layout_);
        clear(layout_.undo);
    }
}

void Transaction::record(void* word, std::size_t size, std::uint64_t before) noexcept {
    UndoRecord& undo = layout_.undo;
    const std::uint32_t count = undo.count.load(std::memory_order_relaxed);
    if (count >= kUndoEntries) {
        // A change of more words than any of ours has is a defect of this library; going on would break the
        // promise.
        std::abort();
    }
    const auto offset =
        static_cast<std::uint64_t>(static_cast<char*>(word) - reinterpret_cast<char*>(&layout_));
    undo.entries[count].where.store(offset << 8 | size, std::memory_order_relaxed);
    undo.entries[count].before.store(before, std::memory_order_relaxed);
    undo.count.store(count + 1, std::memory_order_release);
}

void Transaction::decided_by(SlotIndex slot, SlotWord decided) noexcept {
    UndoRecord& undo = layout_.undo;
    undo.decided_generation.store(decided.generation(), std::memory_order_relaxed);
    undo.decided_state.store(static_cast<std::uint32_t>(decided.state()), std::memory_order_relaxed);
    undo.decided_by.store(slot + 1, std::memory_order_release);
    step();
}

void Transaction::commit() noexcept {
    step();
    clear(layout_.undo);
    committed_ = true;
    wipe_freed_texts();
}

void Transaction::wipe_freed_texts() noexcept {
    TextIndex block = layout_.totals.free_texts.load(std::memory_order_relaxed);
    for (; freed_texts_ != 0 && block != 0; --freed_texts_) {
        for (auto& word : layout_.text(block).bytes) {
            word.store(0, std::memory_order_relaxed);
        }
        block = layout_.text(block).link.load(std::memory_order_relaxed);
    }
}

}  // namespace agent_sessions::tracker::memory
