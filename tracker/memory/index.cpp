#include "tracker/memory/index.h"

#include <algorithm>
#include <array>

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

bool is_empty(const IndexGroup& group) noexcept {
    return std::all_of(std::begin(group.entries), std::end(group.entries),
                       [](const auto& entry) { return entry.load(std::memory_order_relaxed) == 0; });
}

// An empty overflow group, as IndexGroup::overflow names it. 0: there is none.
std::uint32_t take_group(Transaction& change) noexcept {
    Layout& layout = change.layout();
    const std::uint32_t free = layout.totals.free_overflow.load(std::memory_order_relaxed);
    if (free != 0 && free <= layout.geometry.overflow_groups) {
        IndexGroup& group = layout.overflow(free - 1);
        change.set(layout.totals.free_overflow, group.next_free.load(std::memory_order_relaxed));
        change.set(group.next_free, std::uint32_t{0});
        return free;
    }
    const std::uint32_t fresh = layout.totals.fresh_overflow.load(std::memory_order_relaxed);
    if (fresh >= layout.geometry.overflow_groups) {
        return 0;
    }
    change.set(layout.totals.fresh_overflow, fresh + 1);
    return fresh + 1;
}

// Gives the last group of a chain back. A reader that stands in it has nothing to find in it; one that goes
// on from there in another chain misses, and a miss is looked at once more under the lock.
void give_group(Transaction& change, IndexGroup& before, IndexGroup& group) noexcept {
    Totals& totals = change.layout().totals;
    const std::uint32_t name = before.overflow.load(std::memory_order_relaxed);
    change.set(before.overflow, std::uint32_t{0});
    change.set(group.next_free, totals.free_overflow.load(std::memory_order_relaxed));
    change.set(totals.free_overflow, name);
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
        const SessionKey next{cold.over.successor_high.load(std::memory_order_relaxed),
                              cold.over.successor_low.load(std::memory_order_relaxed)};
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
        const std::uint32_t taken = take_group(change);
        if (taken == 0) {
            return false;
        }
        change.set(group->overflow, taken);
        group = &layout.overflow(taken - 1);
    }
    return false;
}

void leave(Transaction& change, SessionKey key, SlotIndex slot) noexcept {
    Layout& layout = change.layout();
    const std::uint64_t wanted = index_entry(key, slot);
    std::array<IndexGroup*, kLongestChain> chain;
    std::size_t length = 0;
    for (IndexGroup* group = &layout.group(home_group(layout, key));
         group != nullptr && length < chain.size(); group = next_group(layout, *group)) {
        chain[length++] = group;
        for (auto& entry : group->entries) {
            if (entry.load(std::memory_order_relaxed) == wanted) {
                change.set(entry, std::uint64_t{0});
            }
        }
    }
    for (; length > 1 && is_empty(*chain[length - 1]) &&
           chain[length - 1]->overflow.load(std::memory_order_relaxed) == 0;
         --length) {
        give_group(change, *chain[length - 2], *chain[length - 1]);
    }
}

}  // namespace agent_sessions::tracker::memory
