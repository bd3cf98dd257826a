#include "tracker/memory/accounts.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/pending_end.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/texts.h"
#include "tracker/valid_utf8.h"

namespace agent_sessions::tracker::memory {

SessionKey key_of(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    return {hot.key_high.load(std::memory_order_relaxed), hot.key_low.load(std::memory_order_relaxed)};
}

WallTime started_of(Layout& layout, SlotIndex slot) noexcept {
    return instant_of<WallTime>(layout.hot(slot).started.load(std::memory_order_relaxed));
}

IdentifyResult rename_agent(Layout& layout, SlotIndex slot, std::string_view agent, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const ValidUtf8 shown(agent);
    const std::string_view name = cut(shown.view(), kMaxAgentBytes);
    const TextIndex before = hot.agent.load(std::memory_order_relaxed);
    const bool same = before != 0 && equals(layout, before, name);
    const bool told_before = before != 0 && hot.inherited.load(std::memory_order_relaxed) == 0;
    if (told_before && !same) {
        return IdentifyResult::different;
    }
    Transaction change(layout);
    {
        const DetailChange details(change, layout.cold(slot));
        change.set(hot.names.agent, name_hash(layout, agent));
        change.set(hot.inherited, std::uint8_t{0});
        if (!same) {
            const AccountIndex account = hot.account.load(std::memory_order_relaxed);
            const TextIndex after = refer(change, name, account);
            change.set(hot.agent, after);
            count_rename(change, account, before, after);
            report(change, slot, EventKind::identified, now);
            release(change, before);
        }
    }
    change.commit();
    return same && told_before ? IdentifyResult::unchanged : IdentifyResult::named;
}

void replace_label(Layout& layout, SlotIndex slot, std::string_view label, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    Transaction change(layout);
    {
        const DetailChange details(change, layout.cold(slot));
        const TextIndex before = cold.living.label.load(std::memory_order_relaxed);
        change.set(hot.names.label, name_hash(layout, label));
        change.set(cold.living.label, refer(change, cut(ValidUtf8(label).view(), kMaxLabelBytes), 0));
        report(change, slot, EventKind::identified, now);
        release(change, before);
    }
    change.commit();
}

InstanceResult put_instance(Layout& layout, SlotIndex slot, std::string_view name, std::uint64_t key,
                            Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const ValidUtf8 shown(name);
    name = cut(shown.view(), kMaxInteractionBytes);
    const InstanceIndex first = hot.instances.load(std::memory_order_relaxed);
    const InstanceIndex known = find_instance(layout, first, key);
    if (known != 0) {
        refresh_instance(layout, known, key, now.boot);
        InstanceRecord& record = layout.instance(known);
        const TextIndex before = record.name.load(std::memory_order_relaxed);
        if (before == 0 || equals(layout, before, name)) {
            return InstanceResult::refreshed;
        }
        Transaction change(layout);
        {
            const DetailChange details(change, layout.cold(slot));
            change.set(record.name, refer(change, name, 0));
            report(change, slot, EventKind::renamed, now, EndReason::none, name);
            release(change, before);
        }
        change.commit();
        return InstanceResult::renamed;
    }
    const ChainLength length = chain_length(layout, first);
    if (length.records >= kMaxInstanceRecords) {
        layout.dropped_details.fetch_add(1, std::memory_order_relaxed);
        return InstanceResult::counted_only;
    }
    const bool is_named = length.named < kMaxNamedInstances;
    Transaction change(layout);
    TextIndex text = 0;
    bool is_added = false;
    {
        const DetailChange details(change, layout.cold(slot));
        text = is_named ? refer(change, name, 0) : 0;
        is_added = add_instance(change, hot.instances, key, text, now) != 0;
        if (is_added) {
            report(change, slot, EventKind::opened, now, EndReason::none, name);
        }
    }
    if (!is_added) {
        return InstanceResult::counted_only;
    }
    change.commit();
    return text != 0 ? InstanceResult::opened : InstanceResult::counted_only;
}

InstanceResult drop_instance(Layout& layout, SlotIndex slot, std::uint64_t key, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const InstanceIndex index = find_instance(layout, hot.instances.load(std::memory_order_relaxed), key);
    if (index == 0) {
        return InstanceResult::unknown;
    }
    const bool is_last = hot.instances.load(std::memory_order_relaxed) == index &&
                         layout.instance(index).next.load(std::memory_order_relaxed) == 0;
    if (is_last && is_end_pending(layout.cold(slot))) {
        carry_out_pending_end(layout, slot, now);
        return InstanceResult::closed;
    }
    Transaction change(layout);
    {
        const DetailChange details(change, layout.cold(slot));
        report(change, slot, EventKind::closed, now);
        remove_instance(change, hot.instances, index);
    }
    change.commit();
    return InstanceResult::closed;
}

bool drop_timed_out(Layout& layout, SlotIndex slot, Now now) noexcept {
    constexpr int kPerCall = 8;
    HotSlot& hot = layout.hot(slot);
    const std::uint32_t timeout = layout.cold(slot).living.instance_seconds.load(std::memory_order_relaxed);
    InstanceIndex index = hot.instances.load(std::memory_order_relaxed);
    int dropped = 0;
    for (std::uint32_t steps = 0; index != 0 && steps < kMaxInstanceRecords && dropped < kPerCall; ++steps) {
        const InstanceIndex next = layout.instance(index).next.load(std::memory_order_relaxed);
        if (is_timed_out(layout, index, timeout, now.boot)) {
            drop_instance(layout, slot, key_of_instance(layout, index), now);
            ++dropped;
        }
        index = next;
    }
    return dropped == kPerCall;
}

}  // namespace agent_sessions::tracker::memory
