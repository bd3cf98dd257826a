#include "tracker/memory/accounts.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/slot_filling.h"
#include "tracker/memory/slot_pool.h"

namespace agent_sessions::tracker::memory {
namespace {

Begun as_known(const Located& known) noexcept {
    const BeginResult result = known.word.is_over() ? BeginResult::already_ended : BeginResult::already_live;
    return {result, {known.slot, known.word.generation()}};
}

}  // namespace

Begun begin_session(Layout& layout, const BeginRequest& request, Now now) noexcept {
    if (const Located known = locate(layout, request.key)) {
        return as_known(known);
    }
    if (layout.totals.live.load(std::memory_order_relaxed) >= layout.geometry.capacity) {
        return {BeginResult::table_full, {}};
    }
    drop_dead_alias(layout, request.key, now);
    make_room(layout, RoomFor::session, now);
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
    fill_slot(layout, slot, request.key, request.started, request.lifetime, now);
    hot.account.store(*account, std::memory_order_relaxed);
    hot.requests.store(1, std::memory_order_relaxed);
    fill_details(change, slot, request, *account);
    ColdSlot& cold = layout.cold(slot);
    cold.unrecorded.store(request.recorded ? 0 : 1, std::memory_order_relaxed);
    cold.memory_days.store(request.memory_days, std::memory_order_relaxed);
    cold.cookie_scope.store(request.cookie_scope, std::memory_order_relaxed);
    cold.begun_sequence.store(layout.totals.next_event.load(std::memory_order_relaxed),
                              std::memory_order_relaxed);
    count_begin(change, *account, hot.agent.load(std::memory_order_relaxed), now);
    report(change, slot, EventKind::begun, now);
    const SlotWord word(next_generation(layout, slot), SlotState::live, EndReason::none, now.boot);
    publish(change, slot, word);
    return {BeginResult::begun, {slot, word.generation()}};
}

std::optional<SessionHandle> enter_run_out(Layout& layout, SessionKey key, WallTime started,
                                           std::string_view account, const Lifetime& lifetime,
                                           std::optional<SessionKey> predecessor, Now now) noexcept {
    if (const Located known = locate(layout, key)) {
        return SessionHandle{known.slot, known.word.generation()};
    }
    drop_dead_alias(layout, key, now);
    make_room(layout, RoomFor::session, now);
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
    fill_slot(layout, slot, key, started, lifetime, now);
    layout.hot(slot).account.store(*index, std::memory_order_relaxed);
    if (predecessor) {
        inherit_agent(change, slot, *predecessor, *index);
    }
    change.add(layout.totals.ended, std::uint32_t{1});
    const SlotWord word(next_generation(layout, slot), SlotState::ended, EndReason::idle, now.boot);
    publish(change, slot, word);
    return SessionHandle{slot, word.generation()};
}

}  // namespace agent_sessions::tracker::memory
