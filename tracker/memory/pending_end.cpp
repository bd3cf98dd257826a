#include "tracker/memory/pending_end.h"

#include <algorithm>

#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"

namespace agent_sessions::tracker::memory {
namespace {

// In whole seconds, never before the instant.
template <typename Instant>
std::uint32_t noted(Instant instant, std::uint32_t least, std::uint32_t most) noexcept {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(instant.time_since_epoch()).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, least, most));
}

std::uint32_t noted_since(const PendingTimes& times) noexcept {
    return noted(times.since, 1, ~std::uint32_t{0});
}

std::uint32_t noted_until(const PendingTimes& times) noexcept {
    return times.until ? noted(*times.until, 0, kNoLimit - 1) : kNoLimit;
}

}  // namespace

void note_pending_times(ColdSlot& cold, const PendingTimes& times) noexcept {
    cold.living.pending_until.store(noted_until(times), std::memory_order_relaxed);
    cold.living.pending_since.store(noted_since(times), std::memory_order_relaxed);
}

bool is_pending_end_due(Layout& layout, SlotIndex slot, Now now) noexcept {
    const ColdSlot& cold = layout.cold(slot);
    if (!is_end_pending(cold)) {
        return false;
    }
    const std::uint32_t until = cold.living.pending_until.load(std::memory_order_relaxed);
    if (until != kNoLimit && now.boot >= BootTime{std::chrono::seconds{until}}) {
        return true;
    }
    const std::chrono::seconds patience{cold.living.instance_seconds.load(std::memory_order_relaxed)};
    return layout.hot(slot).instances.load(std::memory_order_relaxed) == 0 &&
           now.boot - instant_of<BootTime>(cold.begun.load(std::memory_order_relaxed)) > patience;
}

void set_pending_end(Layout& layout, SlotIndex slot, const EndRequest& request, const PendingTimes& times,
                     Now now) noexcept {
    ColdSlot& cold = layout.cold(slot);
    Transaction change(layout);
    {
        const DetailChange details(change, cold);
        replace_words(change, cold, request);
        change.set(cold.living.pending_since, noted_since(times));
        change.set(cold.living.pending_until, noted_until(times));
        report(change, slot, EventKind::end_pending, now, request.reason, {}, request.by);
    }
    change.commit();
}

void drop_pending_end(Layout& layout, SlotIndex slot, Now now) noexcept {
    ColdSlot& cold = layout.cold(slot);
    Transaction change(layout);
    {
        const DetailChange details(change, cold);
        replace_words(change, cold, {});
        change.set(cold.living.pending_since, std::uint32_t{0});
        report(change, slot, EventKind::kept, now);
    }
    change.commit();
}

void carry_out_pending_end(Layout& layout, SlotIndex slot, Now now) noexcept {
    const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
    if (turn_to_ending(layout, slot, word.generation(), EndReason::administrator, now.boot).by_us) {
        settle_abandoned(layout, slot, now);
    }
}

}  // namespace agent_sessions::tracker::memory
