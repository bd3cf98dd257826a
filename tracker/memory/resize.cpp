#include "tracker/memory/resize.h"

#include <algorithm>
#include <cstring>

#include "tracker/memory/accounts.h"
#include "tracker/memory/addresses.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_pool.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {
namespace {

template <typename T>
void copy(const Shared<T>& from, Shared<T>& to) noexcept {
    to.store(from.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

TextIndex copy_text(Layout& from, TextIndex text, Transaction& change, AccountIndex account) {
    std::string bytes;
    return read_text(from, text, bytes) ? refer(change, bytes, account) : 0;
}

// Uuid and secret stay: keys of names, and so of overlong accounts, are the same before and after.
void copy_identity(Layout& from, Layout& to) {
    std::memcpy(to.uuid, from.uuid, sizeof(to.uuid));
    to.hash_key = from.hash_key;
    to.created = from.created;
    copy(from.totals.default_total, to.totals.default_total);
    copy(from.totals.changes, to.totals.changes);
    copy(from.recoveries, to.recoveries);
    copy(from.dropped_details, to.dropped_details);
}

void copy_account_facts(const AccountRecord& from, AccountRecord& to) {
    copy(from.total, to.total);
    copy(from.has_license, to.has_license);
    copy(from.zone_by_license, to.zone_by_license);
    copy(from.zone_length, to.zone_length);
    copy(from.quarter, to.quarter);
    copy(from.quarter_peak, to.quarter_peak);
    copy(from.quarter_peak_at, to.quarter_peak_at);
    copy(from.quarter_peak_sequence, to.quarter_peak_sequence);
    copy(from.quarter_peak_agents, to.quarter_peak_agents);
    copy(from.quarter_refused, to.quarter_refused);
    for (std::size_t word = 0; word < std::size(from.time_zone); ++word) {
        copy(from.time_zone[word], to.time_zone[word]);
    }
    for (std::size_t cause = 0; cause < kUntrackedCauses; ++cause) {
        copy(from.untracked[cause], to.untracked[cause]);
    }
}

// The accounts keep their numbers, since they are made in the same order.
bool copy_accounts(Layout& from, Layout& to) {
    copy_account_facts(from.account(kOverall), to.account(kOverall));
    for (std::uint32_t account = 1; account < from.totals.accounts.load(); ++account) {
        Transaction change(to);
        const auto made = obtain_account(change, account_name(from, static_cast<AccountIndex>(account)));
        if (!made || *made != account) {
            return false;
        }
        copy_account_facts(from.account(account), to.account(account));
        change.commit();
    }
    return true;
}

void copy_instances(Layout& from, HotSlot& hot, Transaction& change, HotSlot& to_hot) {
    for (InstanceIndex index = hot.instances.load(); index != 0; index = from.instance(index).next.load()) {
        InstanceRecord& record = from.instance(index);
        const TextIndex name = copy_text(from, record.name.load(), change, 0);
        const InstanceIndex added =
            add_instance(change, to_hot.instances, key_of_instance(from, index), name, Now{});
        if (added != 0) {
            copy(record.opened, change.layout().instance(added).opened);
            copy(record.mark, change.layout().instance(added).mark);
        }
    }
}

void copy_living(Layout& from, const ColdSlot::Living& living, TextIndex address, Transaction& change,
                 ColdSlot::Living& to_living) {
    to_living.label.store(copy_text(from, living.label.load(), change, 0));
    to_living.user_agent.store(copy_text(from, living.user_agent.load(), change, 0));
    if (address != 0) {
        to_living.address.store(copy_text(from, address, change, 0));
    }
}

bool copy_slot(Layout& from, SlotIndex slot, Layout& to) {
    HotSlot& hot = from.hot(slot);
    ColdSlot& cold = from.cold(slot);
    Transaction change(to);
    const auto occupied = occupy_slot(change, key_of(from, slot));
    if (!occupied) {
        return false;
    }
    HotSlot& to_hot = to.hot(*occupied);
    ColdSlot& to_cold = to.cold(*occupied);
    const SlotIndex next_free = to_cold.next_free.load();
    std::memcpy(static_cast<void*>(&to_hot), &hot, sizeof(hot));
    std::memcpy(static_cast<void*>(&to_cold), &cold, sizeof(cold));
    to_cold.next_free.store(next_free);
    to_hot.instances.store(0);
    const AccountIndex account = hot.account.load();
    to_hot.agent.store(copy_text(from, hot.agent.load(), change, account));
    to_cold.ended_by.store(copy_text(from, cold.ended_by.load(), change, 0));
    to_cold.message.store(copy_text(from, cold.message.load(), change, 0));
    to_cold.why.store(copy_text(from, cold.why.load(), change, 0));
    if (SlotWord(hot.word.load()).state() == SlotState::ended) {
        change.add(to.totals.ended, std::uint32_t{1});
    } else if (SlotWord(hot.word.load()).is_counted()) {
        copy_living(from, cold.living, address_text(cold), change, to_cold.living);
        copy_instances(from, hot, change, to_hot);
        recount_begin(change, account, to_hot.agent.load());
    }
    change.commit();
    return true;
}

void copy_events(Layout& from, Layout& to) {
    const std::uint64_t next = next_event(from);
    const std::uint64_t kept = std::min<std::uint64_t>(next - oldest_event(from), to.geometry.events);
    for (std::uint64_t sequence = next - kept; sequence < next; ++sequence) {
        std::memcpy(static_cast<void*>(&to.event(sequence)), &from.event(sequence), sizeof(EventRecord));
    }
    to.totals.next_event.store(next);
    to.visible_events.store(next);
}

// What the history has not taken over yet. false: the new areas are too small for it.
bool copy_unsaved(Layout& from, Layout& to) {
    const std::uint64_t saved_quarters = from.history.saved_quarters;
    const std::uint64_t closed = from.totals.closed_quarters;
    const std::uint64_t saved_acts = from.history.saved_acts;
    const std::uint64_t next_act = from.totals.next_act;
    if (closed - saved_quarters > to.geometry.quarters || next_act - saved_acts > to.geometry.acts) {
        return false;
    }
    for (std::uint64_t place = saved_quarters; place < closed; ++place) {
        to.closed_quarter(place) = from.closed_quarter(place);
    }
    for (std::uint64_t number = saved_acts; number < next_act; ++number) {
        std::memcpy(static_cast<void*>(&to.act(number)), &from.act(number), sizeof(ActRecord));
    }
    to.totals.closed_quarters.store(closed);
    to.totals.next_act.store(next_act);
    copy(from.history.saved_quarters, to.history.saved_quarters);
    copy(from.history.saved_acts, to.history.saved_acts);
    copy(from.history.committed_sequence, to.history.committed_sequence);
    copy(from.history.lost, to.history.lost);
    copy(from.history.loaded, to.history.loaded);
    return true;
}

}  // namespace

std::string copy_segment(Layout& from, Layout& to) {
    const std::uint32_t live = from.totals.live.load();
    if (live > to.geometry.capacity) {
        return "holds " + std::to_string(live) +
               " live sessions, more than capacity=" + std::to_string(to.geometry.capacity);
    }
    copy_identity(from, to);
    if (!copy_accounts(from, to)) {
        return "has more accounts than fit into capacity=" + std::to_string(to.geometry.capacity);
    }
    for (SlotIndex slot = 0; slot < from.totals.fresh_slots.load(); ++slot) {
        if (SlotWord(from.hot(slot).word.load()).state() != SlotState::free && !copy_slot(from, slot, to)) {
            return "remembers more ended sessions than fit into capacity=" +
                   std::to_string(to.geometry.capacity);
        }
    }
    if (to.dropped_details.load() != from.dropped_details.load()) {
        return "has more names and addresses than fit into capacity=" + std::to_string(to.geometry.capacity);
    }
    copy_events(from, to);
    if (!copy_unsaved(from, to)) {
        return "has more that waits for its history than fits into capacity=" +
               std::to_string(to.geometry.capacity);
    }
    return {};
}

}  // namespace agent_sessions::tracker::memory
