#include "tracker/memory/slot_filling.h"

#include <algorithm>

#include "tracker/memory/addresses.h"
#include "tracker/memory/index.h"
#include "tracker/memory/texts.h"
#include "tracker/valid_utf8.h"

namespace agent_sessions::tracker::memory {
namespace {

// A session taken up again after a loss of memory began before this memory did: its limit does not move.
std::uint32_t deadline_of(WallTime started, const Lifetime& lifetime, Now now) noexcept {
    const Millis age = std::max(Millis{0}, now.wall - started);
    const auto left = std::max(Millis{0}, lifetime.absolute - age);
    return seconds_of(now.boot.time_since_epoch() + left);
}

void set_instant(Shared<std::int64_t>& word, WallTime time) noexcept {
    word.store(time.time_since_epoch().count(), std::memory_order_relaxed);
}

// Whom the session that follows an ended one may be taken to belong to; 0 = nobody.
TextIndex agent_to_inherit(Layout& layout, SessionKey predecessor, AccountIndex account) noexcept {
    const Located before = locate(layout, predecessor);
    if (!before || !before.word.is_over() || before.word.reason() == EndReason::logout ||
        layout.hot(before.slot).account.load(std::memory_order_relaxed) != account) {
        return 0;
    }
    return layout.hot(before.slot).agent.load(std::memory_order_relaxed);
}

// The words of a living one, so that nothing is promised either should it be over.
void fill_nobody(Layout& layout, SlotIndex slot) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    hot.agent.store(0, std::memory_order_relaxed);
    hot.names.agent.store(0, std::memory_order_relaxed);
    hot.names.label.store(0, std::memory_order_relaxed);
    hot.inherited.store(0, std::memory_order_relaxed);
    hot.confirmed.store(0, std::memory_order_relaxed);
    for (Shared<std::uint32_t>* word :
         {&cold.living.label, &cold.living.address, &cold.living.user_agent, &cold.living.instance_seconds,
          &cold.living.pending_since, &cold.living.pending_until, &cold.ended_by, &cold.message, &cold.why}) {
        word->store(0, std::memory_order_relaxed);
    }
    cold.has_ipv4.store(0, std::memory_order_relaxed);
}

}  // namespace

std::uint32_t seconds_of(Millis time) noexcept {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

void fill_slot(Layout& layout, SlotIndex slot, SessionKey key, WallTime started, const Lifetime& lifetime,
               Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    hot.key_high.store(key.high, std::memory_order_relaxed);
    hot.key_low.store(key.low, std::memory_order_relaxed);
    set_instant(hot.started, started);
    hot.idle_seconds.store(seconds_of(lifetime.idle), std::memory_order_relaxed);
    hot.deadline.store(deadline_of(started, lifetime, now), std::memory_order_relaxed);
    hot.instances.store(0, std::memory_order_relaxed);
    hot.requests.store(0, std::memory_order_relaxed);
    cold.begun.store(now.boot.time_since_epoch().count(), std::memory_order_relaxed);
    cold.reactivations.store(0, std::memory_order_relaxed);
    cold.shown_next.store(0, std::memory_order_relaxed);
    cold.last_seen.store(0, std::memory_order_relaxed);
    cold.unrecorded.store(0, std::memory_order_relaxed);
    cold.memory_days.store(0, std::memory_order_relaxed);
    cold.cookie_scope.store(0, std::memory_order_relaxed);
    cold.begun_sequence.store(0, std::memory_order_relaxed);
    cold.ended_sequence.store(0, std::memory_order_relaxed);
    fill_nobody(layout, slot);
    for (auto& url : cold.shown_urls) {
        url.store(0, std::memory_order_relaxed);
    }
}

void inherit_agent(Transaction& change, SlotIndex slot, SessionKey predecessor,
                   AccountIndex account) noexcept {
    Layout& layout = change.layout();
    if (const TextIndex agent = agent_to_inherit(layout, predecessor, account)) {
        change.add(layout.text(agent).head.references, std::uint32_t{1});
        layout.hot(slot).agent.store(agent, std::memory_order_relaxed);
        layout.hot(slot).inherited.store(1, std::memory_order_relaxed);
    }
}

void fill_details(Transaction& change, SlotIndex slot, const BeginRequest& request,
                  AccountIndex account) noexcept {
    Layout& layout = change.layout();
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const TextIndex agent = refer(change, cut(ValidUtf8(request.agent).view(), kMaxAgentBytes), account);
    hot.agent.store(agent, std::memory_order_relaxed);
    if (request.agent.empty() && request.predecessor) {
        inherit_agent(change, slot, *request.predecessor, account);
    }
    hot.names.agent.store(name_hash(layout, request.agent), std::memory_order_relaxed);
    hot.names.label.store(name_hash(layout, request.label), std::memory_order_relaxed);
    hot.confirmed.store(request.confirmed ? 1 : 0, std::memory_order_relaxed);
    cold.living.instance_seconds.store(seconds_of(request.lifetime.instance), std::memory_order_relaxed);
    cold.living.label.store(refer(change, cut(ValidUtf8(request.label).view(), kMaxLabelBytes), 0),
                            std::memory_order_relaxed);
    fill_address(change, cold, cut(ValidUtf8(request.address).view(), kMaxAddressBytes));
    cold.living.user_agent.store(
        refer(change, cut(ValidUtf8(request.user_agent).view(), kMaxUserAgentBytes), 0),
        std::memory_order_relaxed);
}

}  // namespace agent_sessions::tracker::memory
