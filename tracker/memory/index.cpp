#include "tracker/memory/index.h"

namespace agent_sessions::tracker::memory {
namespace {

// More groups than any real chain has; keeps a damaged segment from sending a reader round in circles.
constexpr int kLongestChain = 64;

constexpr std::uint64_t kTagMask = 0xffffffff00000000U;

IndexGroup* next_group(Layout& layout, IndexGroup& group) noexcept {
    const std::uint32_t overflow = group.overflow.load(std::memory_order_acquire);
    return overflow == 0 || overflow > layout.geometry.overflow_groups ? nullptr
                                                                       : &layout.overflow(overflow - 1);
}

// In time that does not tell how much of the key is right.
bool holds(HotSlot& slot, SessionKey key) noexcept {
    return ((slot.key_high.load(std::memory_order_relaxed) ^ key.high) |
            (slot.key_low.load(std::memory_order_relaxed) ^ key.low)) == 0;
}

// The key is trusted only if the slot was in the same use before and after it was read.
Located inspect(Layout& layout, SessionKey key, std::uint64_t entry) noexcept {
    const auto slot = static_cast<SlotIndex>(entry - 1);
    if (slot >= layout.geometry.slots) {
        return {};
    }
    HotSlot& hot = layout.hot(slot);
    for (;;) {
        const SlotWord before(hot.word.load(std::memory_order_acquire));
        if (before.state() == SlotState::free || !holds(hot, key)) {
            return {};
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        const SlotWord after(hot.word.load(std::memory_order_relaxed));
        if (after.generation() == before.generation() && after.state() != SlotState::free) {
            return {slot, after};
        }
    }
}

Shared<std::uint64_t>* vacancy(IndexGroup& group) noexcept {
    for (auto& entry : group.entries) {
        if (entry.load(std::memory_order_relaxed) == 0) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace

std::uint64_t home_group(const Layout& layout, SessionKey key) noexcept {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(key.high) * layout.geometry.groups) >>
                                      64);
}

Located locate(Layout& layout, SessionKey key) noexcept {
    IndexGroup* group = &layout.group(home_group(layout, key));
    const std::uint64_t tag = key.low & kTagMask;
    for (int depth = 0; group != nullptr && depth < kLongestChain; ++depth) {
        for (auto& word : group->entries) {
            const std::uint64_t entry = word.load(std::memory_order_acquire);
            if ((entry & kTagMask) == tag && (entry & ~kTagMask) != 0) {
                if (const Located located = inspect(layout, key, entry & ~kTagMask)) {
                    return located;
                }
            }
        }
        group = next_group(layout, *group);
    }
    return {};
}

bool enter(Transaction& change, SessionKey key, SlotIndex slot) noexcept {
    Layout& layout = change.layout();
    IndexGroup* group = &layout.group(home_group(layout, key));
    for (int depth = 0; depth < kLongestChain; ++depth) {
        if (auto* entry = vacancy(*group)) {
            change.set(*entry, index_entry(key, slot));
            return true;
        }
        if (IndexGroup* next = next_group(layout, *group)) {
            group = next;
            continue;
        }
        const std::uint32_t fresh = layout.totals.fresh_overflow.load(std::memory_order_relaxed);
        if (fresh >= layout.geometry.overflow_groups) {
            return false;
        }
        change.set(layout.totals.fresh_overflow, fresh + 1);
        change.set(group->overflow, fresh + 1);
        group = &layout.overflow(fresh);
    }
    return false;
}

void leave(Transaction& change, SessionKey key, SlotIndex slot) noexcept {
    Layout& layout = change.layout();
    IndexGroup* group = &layout.group(home_group(layout, key));
    const std::uint64_t wanted = index_entry(key, slot);
    for (int depth = 0; group != nullptr && depth < kLongestChain; ++depth) {
        for (auto& entry : group->entries) {
            if (entry.load(std::memory_order_relaxed) == wanted) {
                change.set(entry, std::uint64_t{0});
                return;
            }
        }
        group = next_group(layout, *group);
    }
}

}  // namespace agent_sessions::tracker::memory
