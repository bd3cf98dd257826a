// The look into the index, inline for the path of every request; others call locate().
#pragma once

#include "tracker/memory/index.h"

namespace agent_sessions::tracker::memory {

// More groups than any real chain has; keeps a damaged segment from sending a reader round in circles.
inline constexpr int kLongestChain = 64;

inline std::uint64_t home_group(const Layout& layout, SessionKey key) noexcept {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(key.high) * layout.geometry.groups) >>
                                      64);
}

inline IndexGroup* next_group(Layout& layout, IndexGroup& group) noexcept {
    const std::uint32_t overflow = group.overflow.load(std::memory_order_acquire);
    return overflow == 0 || overflow > layout.geometry.overflow_groups ? nullptr
                                                                       : &layout.overflow(overflow - 1);
}

// In time that does not tell how much of the key is right.
inline bool holds(HotSlot& slot, SessionKey key) noexcept {
    return ((slot.key_high.load(std::memory_order_relaxed) ^ key.high) |
            (slot.key_low.load(std::memory_order_relaxed) ^ key.low)) == 0;
}

// The key is trusted only if the slot was in the same use before and after it was read.
inline Located inspect(Layout& layout, SessionKey key, std::uint64_t entry) noexcept {
    const auto slot = static_cast<SlotIndex>(entry - 1);
    if (slot >= layout.geometry.slots) {
        return {};
    }
    HotSlot& hot = layout.hot(slot);
    for (;;) {
        const SlotWord before(hot.word.load(std::memory_order_acquire));
        if (!before.is_in_use() || !holds(hot, key)) {
            return {};
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        const SlotWord after(hot.word.load(std::memory_order_relaxed));
        if (after.bits() == before.bits() || (after.generation() == before.generation() && after.is_in_use()))
            [[likely]] {
            return {slot, after};
        }
    }
}

inline Located search_group(Layout& layout, IndexGroup& group, SessionKey key) noexcept {
    const std::uint64_t tag = entry_tag(key);
    for (auto& word : group.entries) {
        const std::uint64_t entry = word.load(std::memory_order_acquire);
        // All of the tag, and a slot behind it.
        if ((entry ^ tag) - 1 < ~kEntryTagMask) {
            if (const Located located = inspect(layout, key, entry & ~kEntryTagMask)) {
                return located;
            }
        }
    }
    return {};
}

// The slot that holds this key where it stands in its home group, as nearly all do.
inline Located search_home(Layout& layout, SessionKey key) noexcept {
    return search_group(layout, layout.group(home_group(layout, key)), key);
}

}  // namespace agent_sessions::tracker::memory
