#include "tracker/memory/index_check.h"

#include <algorithm>

#include "tracker/memory/index_search.h"
#include "tracker/memory/session_table.h"

namespace agent_sessions::tracker::memory {
namespace {

// So many groups' slots are fetched before the first of them is looked at: as many lines as a processor
// fetches at once.
constexpr std::uint64_t kGroupsAtOnce = 8;

SlotIndex slot_of(std::uint64_t entry) noexcept {
    return static_cast<SlotIndex>((entry & ~kEntryTagMask) - 1);
}

void fetch_slots(Layout& layout, const IndexGroup& group) noexcept {
    for (const auto& word : group.entries) {
        const std::uint64_t entry = word.load(std::memory_order_relaxed);
        if (entry != 0 && slot_of(entry) < layout.geometry.slots) {
            __builtin_prefetch(&layout.hot(slot_of(entry)));
        }
    }
}

}  // namespace

IndexCheck::IndexCheck(Layout& layout, FaultList& faults)
    : layout_(layout),
      faults_(faults),
      is_found_(layout.totals.fresh_slots),
      is_linked_(layout.totals.fresh_overflow) {}

std::vector<bool> IndexCheck::run() {
    const std::uint64_t groups = layout_.geometry.groups;
    for (std::uint64_t first = 0; first < groups; first += kGroupsAtOnce) {
        const std::uint64_t end = std::min(first + kGroupsAtOnce, groups);
        for (std::uint64_t group = first; group < end; ++group) {
            fetch_slots(layout_, layout_.group(group));
        }
        for (std::uint64_t group = first; group < end; ++group) {
            check_chain(group);
        }
    }
    check_free_groups();
    check_unlinked();
    return std::move(is_found_);
}

void IndexCheck::check_chain(std::uint64_t home) {
    entries_.clear();
    IndexGroup* group = &layout_.group(home);
    for (int depth = 1;; ++depth) {
        for (const auto& word : group->entries) {
            if (const std::uint64_t entry = word.load(std::memory_order_relaxed); entry != 0) {
                check_entry(home, entry);
            }
        }
        const std::uint32_t overflow = group->overflow.load(std::memory_order_relaxed);
        if (overflow == 0) {
            break;
        }
        if (overflow > is_linked_.size() || is_linked_[overflow - 1] || depth == kLongestChain) {
            faults_.add({"the chain of index group", home}, "is broken");
            break;
        }
        is_linked_[overflow - 1] = true;
        group = &layout_.overflow(overflow - 1);
    }
    check_keys_of_chain();
}

void IndexCheck::check_entry(std::uint64_t home, std::uint64_t entry) {
    const SlotIndex slot = slot_of(entry);
    if (slot >= is_found_.size() ||
        SlotWord(layout_.hot(slot).word.load(std::memory_order_relaxed)).state() == SlotState::free) {
        faults_.add({"an index entry names slot", slot}, "which is free");
        return;
    }
    const SessionKey key = key_of(layout_, slot);
    if (home_group(layout_, key) != home || index_entry(key, slot) != entry) {
        faults_.add({"slot", slot}, "stands in the index under a key that is not its own");
        return;
    }
    if (is_found_[slot]) {
        faults_.add({"slot", slot}, "stands in the index twice");
    }
    is_found_[slot] = true;
    entries_.push_back(entry);
}

// Of two slots with one key only the first would be found.
void IndexCheck::check_keys_of_chain() {
    for (auto first = entries_.begin(); first != entries_.end(); ++first) {
        for (auto second = std::next(first); second != entries_.end(); ++second) {
            if (((*first ^ *second) & kEntryTagMask) == 0 && *first != *second &&
                key_of(layout_, slot_of(*first)) == key_of(layout_, slot_of(*second))) {
                faults_.add({"slot", slot_of(*second)}, "has the key of another slot");
            }
        }
    }
}

void IndexCheck::check_free_groups() {
    std::uint32_t free = layout_.totals.free_overflow;
    while (free != 0) {
        if (free > is_linked_.size() || is_linked_[free - 1]) {
            faults_.add({"the list of free overflow groups, at", free}, "is broken");
            return;
        }
        is_linked_[free - 1] = true;
        const IndexGroup& group = layout_.overflow(free - 1);
        const bool is_empty = std::all_of(std::begin(group.entries), std::end(group.entries),
                                          [](const auto& entry) { return entry == 0; });
        if (!is_empty || group.overflow != 0) {
            faults_.add({"overflow group", free - 1}, "is free, and not empty");
        }
        free = group.next_free;
    }
}

void IndexCheck::check_unlinked() {
    const auto unlinked = std::find(is_linked_.begin(), is_linked_.end(), false);
    if (unlinked != is_linked_.end()) {
        faults_.add({"overflow group", static_cast<std::uint64_t>(unlinked - is_linked_.begin())},
                    "belongs to no group of the index");
    }
}

}  // namespace agent_sessions::tracker::memory
