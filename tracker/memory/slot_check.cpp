#include "tracker/memory/slot_check.h"

#include <algorithm>

#include "tracker/memory/addresses.h"
#include "tracker/memory/index_check.h"
#include "tracker/memory/pending_end.h"

namespace agent_sessions::tracker::memory {
namespace {

// So many slots ahead, what they name is fetched.
constexpr SlotIndex kAhead = 16;

SlotWord word_of(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_relaxed));
}

}  // namespace

SlotCheck::SlotCheck(Layout& layout, FaultList& faults)
    : layout_(layout),
      faults_(faults),
      texts_(layout, faults),
      is_instance_used_(layout.totals.fresh_instances),
      current_(layout.geometry.accounts) {}

void SlotCheck::run() {
    is_found_ = IndexCheck(layout_, faults_).run();
    check_slots();
    faults_.expect(layout_.totals.live, live_, "the number of live sessions");
    faults_.expect(layout_.totals.ended, ended_, "the number of ended sessions");
    check_free_slots();
    check_free_instances();
    agents_ = texts_.run();
}

void SlotCheck::fetch(SlotIndex slot) {
    if (slot < is_found_.size()) {
        const InstanceIndex instance = layout_.hot(slot).instances.load(std::memory_order_relaxed);
        __builtin_prefetch(&layout_.instance(instance));
    }
}

void SlotCheck::check_slots() {
    const auto used = static_cast<SlotIndex>(is_found_.size());
    for (SlotIndex slot = 0; slot < used; ++slot) {
        fetch(slot + kAhead);
        if (const SlotWord word = word_of(layout_, slot); word.state() != SlotState::free) {
            check_slot(slot, word);
        }
    }
}

void SlotCheck::check_slot(SlotIndex slot, SlotWord word) {
    if (!is_found_[slot]) {
        faults_.add({"slot", slot}, "is not found by its key");
    }
    switch (word.state()) {
        case SlotState::live:
        case SlotState::ending:
            ++live_;
            check_live(slot);
            break;
        case SlotState::ended:
            ++ended_;
            check_ended(slot);
            break;
        case SlotState::alias:
            ++aliases_;
            check_alias(slot);
            break;
        default:
            faults_.add({"slot", slot}, "has no valid state");
    }
}

void SlotCheck::check_alias(SlotIndex slot) {
    const HotSlot& hot = layout_.hot(slot);
    const ColdSlot& cold = layout_.cold(slot);
    if (hot.agent != 0 || hot.instances != 0 || cold.ended_by != 0 || cold.message != 0 || cold.why != 0) {
        faults_.add({"alias", slot}, "has details of a session");
    }
}

void SlotCheck::check_session(SlotIndex slot) {
    const HotSlot& hot = layout_.hot(slot);
    const ColdSlot& cold = layout_.cold(slot);
    if ((cold.version & 1) != 0) {
        faults_.add({"slot", slot}, "is marked as being changed");
    }
    const AccountIndex account = hot.account;
    if (account == kOverall || account >= layout_.totals.accounts) {
        faults_.add({"slot", slot}, "is of account " + std::to_string(account) + ", which does not exist");
    }
    for (const Shared<TextIndex>* text : {&hot.agent, &cold.ended_by, &cold.message, &cold.why}) {
        texts_.refer_to(text->load(std::memory_order_relaxed), {"slot", slot});
    }
}

void SlotCheck::check_live(SlotIndex slot) {
    check_session(slot);
    const HotSlot& hot = layout_.hot(slot);
    const ColdSlot& cold = layout_.cold(slot);
    texts_.refer_to(cold.living.label, {"slot", slot});
    texts_.refer_to(cold.living.user_agent, {"slot", slot});
    texts_.refer_to(address_text(cold), {"slot", slot});
    if (hot.account < current_.size()) {
        ++current_[hot.account];
    }
    texts_.count_live(hot.agent);
    if (word_of(layout_, slot).state() == SlotState::live && is_end_pending(cold) && hot.instances == 0 &&
        (hot.requests & kUnknownRequests) == 0) {
        faults_.add({"slot", slot}, "is to end when its agent has finished, and nothing is open");
    }
    check_instances_of(slot);
}

void SlotCheck::check_instances_of(SlotIndex slot) {
    InstanceIndex index = layout_.hot(slot).instances;
    for (std::uint32_t steps = 0; index != 0; ++steps) {
        if (index >= is_instance_used_.size() || steps > kMaxInstanceRecords || is_instance_used_[index]) {
            faults_.add({"the chain of instances of slot", slot}, "is not its own");
            return;
        }
        is_instance_used_[index] = true;
        texts_.refer_to(layout_.instance(index).name, {"instance", index});
        index = layout_.instance(index).next;
    }
}

void SlotCheck::check_ended(SlotIndex slot) {
    check_session(slot);
    if (layout_.hot(slot).instances != 0) {
        faults_.add({"ended slot", slot}, "has instances");
    }
    if (layout_.cold(slot).has_ipv4 != 0) {
        faults_.add({"ended slot", slot}, "has an address");
    }
}

void SlotCheck::check_free_slots() {
    const auto used = static_cast<SlotIndex>(is_found_.size());
    std::vector<bool> seen(used);
    std::uint64_t free = 0;
    for (SlotIndex slot = layout_.totals.free_slots; slot != kNoSlot;
         slot = layout_.cold(slot).next_free, ++free) {
        if (slot >= used || seen[slot] || word_of(layout_, slot).state() != SlotState::free) {
            faults_.add({"the list of free slots, at", slot}, "is broken");
            return;
        }
        seen[slot] = true;
    }
    faults_.expect(used - free, live_ + ended_ + aliases_, "the number of occupied slots");
}

void SlotCheck::check_free_instances() {
    for (InstanceIndex index = layout_.totals.free_instances; index != 0;
         index = layout_.instance(index).next) {
        if (index >= is_instance_used_.size() || is_instance_used_[index]) {
            faults_.add({"the list of free instances, at", index}, "is broken");
            return;
        }
        is_instance_used_[index] = true;
    }
    const auto lost = std::find(is_instance_used_.begin() + 1, is_instance_used_.end(), false);
    if (lost != is_instance_used_.end()) {
        faults_.add({"instance", static_cast<std::uint64_t>(lost - is_instance_used_.begin())},
                    "belongs to nobody");
    }
}

}  // namespace agent_sessions::tracker::memory
