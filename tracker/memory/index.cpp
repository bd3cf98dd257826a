#include "tracker/memory/index.h"

#include "tracker/memory/index_search.h"

namespace agent_sessions::tracker::memory {
namespace {

// More earlier names than any session has at one time; keeps names that lead to each other from going round
// in circles.
constexpr int kMostNames = 16;

Shared<std::uint64_t>* vacancy(IndexGroup& group) noexcept {
    for (auto& entry : group.entries) {
        if (entry.load(std::memory_order_relaxed) == 0) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace

Located locate_name(Layout& layout, SessionKey key) noexcept {
    IndexGroup* group = &layout.group(home_group(layout, key));
    for (int depth = 0; group != nullptr && depth < kLongestChain; ++depth) {
        if (const Located located = search_group(layout, *group, key)) {
            return located;
        }
        group = next_group(layout, *group);
    }
    return {};
}

Located locate(Layout& layout, SessionKey key) noexcept {
    Located located = locate_name(layout, key);
    for (int hops = 0; located && located.word.state() == SlotState::alias; ++hops) {
        const ColdSlot& cold = layout.cold(located.slot);
        const SessionKey next{cold.successor_high.load(std::memory_order_relaxed),
                              cold.successor_low.load(std::memory_order_relaxed)};
        std::atomic_thread_fence(std::memory_order_acquire);
        const SlotWord after(layout.hot(located.slot).word.load(std::memory_order_relaxed));
        const bool is_same = after.generation() == located.word.generation();
        located = is_same && hops < kMostNames ? locate_name(layout, next) : Located{};
    }
    return located;
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
