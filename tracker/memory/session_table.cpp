#include "tracker/memory/session_table.h"

#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {
namespace {

// Marks a slot's details as being changed for as long as it lives, so that lock-free readers read again.
class DetailChange {
  public:
    DetailChange(Transaction& change, HotSlot& hot) noexcept : change_(change), hot_(hot) {
        change_.set(hot_.version, hot_.version.load(std::memory_order_relaxed) + 1);
    }
    ~DetailChange() { change_.set(hot_.version, hot_.version.load(std::memory_order_relaxed) + 1); }
    DetailChange(const DetailChange&) = delete;
    DetailChange& operator=(const DetailChange&) = delete;

  private:
    Transaction& change_;
    HotSlot& hot_;
};

std::uint32_t seconds_of(Millis time) noexcept {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

// A session taken up again after a loss of memory began before this memory did: its limit does not move.
std::uint32_t deadline_of(WallTime started, const Lifetime& lifetime, Now now) noexcept {
    const Millis age = std::max(Millis{0}, now.wall - started);
    const auto left = std::max(Millis{0}, lifetime.absolute - age);
    return seconds_of(now.boot.time_since_epoch() + left);
}

void set_instant(Shared<std::int64_t>& word, WallTime time) noexcept {
    word.store(time.time_since_epoch().count(), std::memory_order_relaxed);
}

// What only helps comfort may make room for a begin; what protects (told, logout) may not.
bool is_expendable(SlotWord word) noexcept {
    return word.state() == SlotState::ended && is_run_out(word.reason());
}

void reclaim_one(Layout& layout) noexcept {
    constexpr std::uint32_t kLooks = 64;
    Totals& totals = layout.totals;
    const std::uint32_t fresh = totals.fresh_slots.load(std::memory_order_relaxed);
    std::uint32_t hand = totals.reclaim_hand.load(std::memory_order_relaxed);
    for (std::uint32_t look = 0; look < kLooks && fresh != 0; ++look) {
        hand = hand + 1 < fresh ? hand + 1 : 0;
        if (is_expendable(SlotWord(layout.hot(hand).word.load(std::memory_order_relaxed)))) {
            forget_slot(layout, hand);
            break;
        }
    }
    totals.reclaim_hand.store(hand, std::memory_order_relaxed);
}

bool has_free_slot(Layout& layout) noexcept {
    return layout.totals.free_slots.load(std::memory_order_relaxed) != kNoSlot ||
           layout.totals.fresh_slots.load(std::memory_order_relaxed) < layout.geometry.slots;
}

void make_room(Layout& layout) noexcept {
    if (!has_free_slot(layout)) {
        reclaim_one(layout);
    }
}

// The name that a session without one of its own takes over from the ended session of the same browser.
TextIndex inherited_agent(Layout& layout, const BeginRequest& request, AccountIndex account) noexcept {
    if (!request.agent.empty() || !request.predecessor) {
        return 0;
    }
    const Located before = locate(layout, *request.predecessor);
    if (!before || !before.word.is_over() || before.word.reason() == EndReason::logout ||
        layout.hot(before.slot).account.load(std::memory_order_relaxed) != account) {
        return 0;
    }
    return layout.hot(before.slot).agent.load(std::memory_order_relaxed);
}

void fill_times(Layout& layout, SlotIndex slot, SessionKey key, WallTime started, const Lifetime& lifetime,
                Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    hot.key_high.store(key.high, std::memory_order_relaxed);
    hot.key_low.store(key.low, std::memory_order_relaxed);
    set_instant(hot.started, started);
    hot.idle_seconds.store(seconds_of(lifetime.idle), std::memory_order_relaxed);
    hot.deadline.store(deadline_of(started, lifetime, now), std::memory_order_relaxed);
    hot.instances.store(0, std::memory_order_relaxed);
    cold.instance_seconds.store(seconds_of(lifetime.instance), std::memory_order_relaxed);
    cold.begun.store(now.boot.time_since_epoch().count(), std::memory_order_relaxed);
    cold.successor_nonce.store(0, std::memory_order_relaxed);
    cold.successor_high.store(0, std::memory_order_relaxed);
    cold.successor_low.store(0, std::memory_order_relaxed);
    cold.reactivations.store(0, std::memory_order_relaxed);
    cold.shown_next.store(0, std::memory_order_relaxed);
    for (auto& url : cold.shown_urls) {
        url.store(0, std::memory_order_relaxed);
    }
}

void fill_nobody(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    hot.agent.store(0, std::memory_order_relaxed);
    hot.agent_hash.store(0, std::memory_order_relaxed);
    hot.label_hash.store(0, std::memory_order_relaxed);
    hot.inherited.store(0, std::memory_order_relaxed);
    hot.confirmed.store(0, std::memory_order_relaxed);
    for (Shared<TextIndex>* text :
         {&cold.label, &cold.address, &cold.user_agent, &cold.ended_by, &cold.message}) {
        text->store(0, std::memory_order_relaxed);
    }
}

void fill_details(Transaction& change, SlotIndex slot, const BeginRequest& request,
                  AccountIndex account) noexcept {
    Layout& layout = change.layout();
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    TextIndex agent = refer(change, cut(request.agent, kMaxAgentBytes), account);
    if (const TextIndex inherited = inherited_agent(layout, request, account)) {
        change.add(layout.text(inherited).head.references, std::uint32_t{1});
        agent = inherited;
        hot.inherited.store(1, std::memory_order_relaxed);
    }
    hot.agent.store(agent, std::memory_order_relaxed);
    hot.agent_hash.store(name_hash(layout, request.agent), std::memory_order_relaxed);
    hot.label_hash.store(name_hash(layout, request.label), std::memory_order_relaxed);
    hot.confirmed.store(request.confirmed ? 1 : 0, std::memory_order_relaxed);
    cold.label.store(refer(change, cut(request.label, kMaxLabelBytes), 0), std::memory_order_relaxed);
    cold.address.store(refer(change, cut(request.address, kMaxAddressBytes), 0), std::memory_order_relaxed);
    cold.user_agent.store(refer(change, cut(request.user_agent, kMaxUserAgentBytes), 0),
                          std::memory_order_relaxed);
}

std::uint32_t next_generation(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_relaxed)).generation();
}

void publish(Transaction& change, SlotIndex slot, SlotWord word) noexcept {
    change.decided_by(slot, word);
    change.layout().hot(slot).word.store(word.bits(), std::memory_order_release);
    change.commit();
}

Begun as_known(const Located& known) noexcept {
    const BeginResult result = known.word.is_over() ? BeginResult::already_ended : BeginResult::already_live;
    return {result, {known.slot, known.word.generation()}};
}

void report(Transaction& change, SlotIndex slot, EventKind kind, Now now, EndReason reason = EndReason::none,
            std::string_view text = {}, std::string_view by = {}) noexcept {
    Layout& layout = change.layout();
    HotSlot& hot = layout.hot(slot);
    char agent[kMaxAgentBytes];
    if (text.empty()) {
        text = text_view(layout, hot.agent.load(std::memory_order_relaxed), agent, sizeof(agent));
    }
    append_event(change,
                 {kind, reason, hot.account.load(std::memory_order_relaxed), key_of(layout, slot),
                  started_of(layout, slot), text, by},
                 now);
}

}  // namespace

SessionKey key_of(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    return {hot.key_high.load(std::memory_order_relaxed), hot.key_low.load(std::memory_order_relaxed)};
}

WallTime started_of(Layout& layout, SlotIndex slot) noexcept {
    return WallTime{Millis{layout.hot(slot).started.load(std::memory_order_relaxed)}};
}

EndReason overdue(Layout& layout, SlotIndex slot, SlotWord word, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const std::chrono::seconds idle{hot.idle_seconds.load(std::memory_order_relaxed)};
    const BootTime deadline{std::chrono::seconds{hot.deadline.load(std::memory_order_relaxed)}};
    if (now.boot > deadline) {
        return EndReason::absolute;
    }
    return now.boot - word.time() > idle ? EndReason::idle : EndReason::none;
}

Turned turn_to_ending(Layout& layout, SlotIndex slot, std::uint32_t generation, EndReason reason,
                      BootTime now) noexcept {
    auto& word = layout.hot(slot).word;
    std::uint64_t bits = word.load(std::memory_order_acquire);
    for (;;) {
        const SlotWord current(bits);
        if (current.generation() != generation || current.state() != SlotState::live) {
            return {current, false};
        }
        const SlotWord ending(generation, SlotState::ending, reason, now);
        step();
        if (word.compare_exchange_weak(bits, ending.bits(), std::memory_order_acq_rel)) {
            step();
            return {ending, true};
        }
    }
}

std::optional<SlotIndex> occupy_slot(Transaction& change, SessionKey key) noexcept {
    Layout& layout = change.layout();
    Totals& totals = layout.totals;
    if (!has_free_slot(layout)) {
        return std::nullopt;
    }
    SlotIndex slot = totals.free_slots.load(std::memory_order_relaxed);
    if (slot != kNoSlot) {
        change.set(totals.free_slots, layout.cold(slot).next_free.load(std::memory_order_relaxed));
    } else {
        slot = totals.fresh_slots.load(std::memory_order_relaxed);
        change.set(totals.fresh_slots, slot + 1);
    }
    return enter(change, key, slot) ? std::optional(slot) : std::nullopt;
}

Begun begin_session(Layout& layout, const BeginRequest& request, Now now) noexcept {
    if (const Located known = locate(layout, request.key)) {
        return as_known(known);
    }
    if (layout.totals.live.load(std::memory_order_relaxed) >= layout.geometry.capacity) {
        return {BeginResult::table_full, {}};
    }
    make_room(layout);
    Transaction change(layout);
    const auto account = obtain_account(change, request.account);
    if (!account) {
        return {BeginResult::accounts_full, {}};
    }
    learn_time_zone(change, *account, request.time_zone);
    const auto occupied = occupy_slot(change, request.key);
    if (!occupied) {
        return {BeginResult::table_full, {}};
    }
    const SlotIndex slot = *occupied;
    HotSlot& hot = layout.hot(slot);
    fill_times(layout, slot, request.key, request.started, request.lifetime, now);
    fill_nobody(layout, slot);
    hot.account.store(*account, std::memory_order_relaxed);
    fill_details(change, slot, request, *account);
    count_begin(change, *account, hot.agent.load(std::memory_order_relaxed), now);
    report(change, slot, EventKind::begun, now);
    const SlotWord word(next_generation(layout, slot), SlotState::live, EndReason::none, now.boot);
    publish(change, slot, word);
    return {BeginResult::begun, {slot, word.generation()}};
}

std::optional<SessionHandle> enter_run_out(Layout& layout, SessionKey key, WallTime started,
                                           std::string_view account, const Lifetime& lifetime,
                                           Now now) noexcept {
    if (const Located known = locate(layout, key)) {
        return SessionHandle{known.slot, known.word.generation()};
    }
    make_room(layout);
    Transaction change(layout);
    const auto index = obtain_account(change, account);
    if (!index) {
        return std::nullopt;
    }
    const auto occupied = occupy_slot(change, key);
    if (!occupied) {
        return std::nullopt;
    }
    const SlotIndex slot = *occupied;
    fill_times(layout, slot, key, started, lifetime, now);
    fill_nobody(layout, slot);
    layout.hot(slot).account.store(*index, std::memory_order_relaxed);
    change.add(layout.totals.ended, std::uint32_t{1});
    const SlotWord word(next_generation(layout, slot), SlotState::ended, EndReason::idle, now.boot);
    publish(change, slot, word);
    return SessionHandle{slot, word.generation()};
}

void settle_slot(Layout& layout, SlotIndex slot, const EndRequest& request, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    if (word.state() != SlotState::ending) {
        return;
    }
    Transaction change(layout);
    {
        const DetailChange details(change, hot);
        change.set(cold.ended_by, refer(change, cut(request.by, kMaxUserBytes), 0));
        change.set(cold.message, refer(change, cut(request.message, kMaxMessageBytes), 0));
        count_end(change, hot.account.load(std::memory_order_relaxed),
                  hot.agent.load(std::memory_order_relaxed));
        change.add(layout.totals.ended, std::uint32_t{1});
        report(change, slot, EventKind::ended, now, word.reason(), {}, request.by);
        for (Shared<TextIndex>* text : {&cold.label, &cold.address, &cold.user_agent}) {
            release(change, text->load(std::memory_order_relaxed));
            change.set(*text, TextIndex{0});
        }
        while (hot.instances.load(std::memory_order_relaxed) != 0) {
            remove_instance(change, hot.instances, hot.instances.load(std::memory_order_relaxed));
        }
    }
    publish(change, slot, word.with_state(SlotState::ended));
}

void forget_slot(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    if (word.state() != SlotState::ended) {
        return;
    }
    Transaction change(layout);
    leave(change, key_of(layout, slot), slot);
    release(change, hot.agent.load(std::memory_order_relaxed));
    release(change, cold.ended_by.load(std::memory_order_relaxed));
    release(change, cold.message.load(std::memory_order_relaxed));
    change.add(layout.totals.ended, ~std::uint32_t{0});
    change.set(cold.next_free, layout.totals.free_slots.load(std::memory_order_relaxed));
    change.set(layout.totals.free_slots, slot);
    publish(change, slot,
            SlotWord((word.generation() + 1) & SlotWord::kGenerationMask, SlotState::free, EndReason::none,
                     BootTime{}));
}

IdentifyResult rename_agent(Layout& layout, SlotIndex slot, std::string_view agent, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const std::string_view name = cut(agent, kMaxAgentBytes);
    const TextIndex before = hot.agent.load(std::memory_order_relaxed);
    const bool same = before != 0 && equals(layout, before, name);
    const bool told_before = before != 0 && hot.inherited.load(std::memory_order_relaxed) == 0;
    if (told_before && !same) {
        return IdentifyResult::different;
    }
    Transaction change(layout);
    {
        const DetailChange details(change, hot);
        change.set(hot.agent_hash, name_hash(layout, agent));
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
        const DetailChange details(change, hot);
        const TextIndex before = cold.label.load(std::memory_order_relaxed);
        change.set(hot.label_hash, name_hash(layout, label));
        change.set(cold.label, refer(change, cut(label, kMaxLabelBytes), 0));
        report(change, slot, EventKind::identified, now);
        release(change, before);
    }
    change.commit();
}

InstanceResult put_instance(Layout& layout, SlotIndex slot, std::string_view name, std::uint64_t key,
                            Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    name = cut(name, kMaxInteractionBytes);
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
            const DetailChange details(change, hot);
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
        const DetailChange details(change, hot);
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
    Transaction change(layout);
    {
        const DetailChange details(change, hot);
        report(change, slot, EventKind::closed, now);
        remove_instance(change, hot.instances, index);
    }
    change.commit();
    return InstanceResult::closed;
}

bool drop_timed_out(Layout& layout, SlotIndex slot, Now now) noexcept {
    constexpr int kPerCall = 8;
    HotSlot& hot = layout.hot(slot);
    const std::uint32_t timeout = layout.cold(slot).instance_seconds.load(std::memory_order_relaxed);
    InstanceIndex index = hot.instances.load(std::memory_order_relaxed);
    int dropped = 0;
    for (std::uint32_t steps = 0; index != 0 && steps < kMaxInstanceRecords && dropped < kPerCall; ++steps) {
        const InstanceIndex next = layout.instance(index).next.load(std::memory_order_relaxed);
        if (is_timed_out(layout, index, timeout, now.boot)) {
            drop_instance(layout, slot, layout.instance(index).key.load(std::memory_order_relaxed), now);
            ++dropped;
        }
        index = next;
    }
    return dropped == kPerCall;
}

}  // namespace agent_sessions::tracker::memory
