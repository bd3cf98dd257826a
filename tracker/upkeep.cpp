// Tracker: upkeep, licences and the election of who does the upkeep.
#include <cerrno>
#include <csignal>

#include "tracker/account_name.h"
#include "tracker/memory/accounts.h"
#include "tracker/memory/fetch.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/pending_end.h"
#include "tracker/memory/quarters.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/transaction.h"
#include "tracker/memory/validate.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

constexpr std::chrono::hours kClockMargin{24};  // RELIABILITY S15
constexpr std::uint32_t kFetchedAhead = 8;
// A frozen holder is followed within 1.5 s: this, and the interval at which workers look.
constexpr std::int64_t kLeaseTenths = 10;

// Whether an ended session need not be remembered any more. A told one: once its cookie could not be valid
// even with a day's error of clocks. A logged-out one: once its cookie is too old to begin a session anyway.
bool is_forgettable(Layout& layout, SlotIndex slot, SlotWord word, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    if (word.reason() == EndReason::logout) {
        return now.boot - word.time() >
               std::chrono::seconds{hot.idle_seconds.load(std::memory_order_relaxed)} +
                   std::chrono::seconds{60};
    }
    const BootTime deadline{std::chrono::seconds{hot.deadline.load(std::memory_order_relaxed)}};
    return now.boot - std::max(deadline, word.time()) > kClockMargin;
}

bool has_timed_out_instance(Layout& layout, SlotIndex slot, Now now) noexcept {
    InstanceIndex index = layout.hot(slot).instances.load(std::memory_order_relaxed);
    if (index == 0) {
        return false;
    }
    const std::uint32_t timeout = layout.cold(slot).living.instance_seconds.load(std::memory_order_relaxed);
    for (std::uint32_t steps = 0;
         index != 0 && index < layout.geometry.instances && steps < kMaxInstanceRecords; ++steps) {
        if (is_timed_out(layout, index, timeout, now.boot)) {
            return true;
        }
        index = layout.instance(index).next.load(std::memory_order_relaxed);
    }
    return false;
}

bool is_live(Layout& layout, SlotIndex slot, std::uint32_t generation) noexcept {
    const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
    return word.generation() == generation && word.state() == SlotState::live;
}

// What has_timed_out_instance() will read.
void fetch_instances(Layout& layout, SlotIndex slot) noexcept {
    const InstanceIndex index = layout.hot(slot).instances.load(std::memory_order_relaxed);
    if (index != 0) {
        fetch(layout.cold(slot).living.instance_seconds);
        fetch(layout.instance(index));
    }
}

void sweep_live(Layout& layout, SlotIndex slot, SlotWord word, Waiting waiting, Now now) noexcept {
    const EndReason reason = overdue(layout, slot, word, now);
    if (reason != EndReason::none) {
        const ZoneGuard guard(layout, waiting);
        // Judged again under the lock: the agent may have come back in this very moment.
        const SlotWord current(layout.hot(slot).word.load(std::memory_order_acquire));
        if (guard && current.bits() == word.bits()) {
            std::uint64_t expected = word.bits();
            const SlotWord ending(word.generation(), SlotState::ending, reason, now.boot);
            note_last_seen(layout, slot, word);
            if (layout.hot(slot).word.compare_exchange_strong(expected, ending.bits())) {
                settle_slot(layout, slot, {reason}, now);
            }
        }
        return;
    }
    if (is_pending_end_due(layout, slot, now)) {
        const ZoneGuard guard(layout, waiting);
        // Judged again under the lock: it may have been taken back, or have got another limit.
        if (guard && is_live(layout, slot, word.generation()) && is_pending_end_due(layout, slot, now)) {
            carry_out_pending_end(layout, slot, now);
        }
        return;
    }
    if (has_timed_out_instance(layout, slot, now)) {
        const ZoneGuard guard(layout, waiting);
        if (guard && is_live(layout, slot, word.generation())) {
            drop_timed_out(layout, slot, now);
        }
    }
}

// Whoever ended it knows by whom and why, and comes back to settle it; only what was left lying is settled
// here.
void sweep_ending(Layout& layout, SlotIndex slot, SlotWord word, Waiting waiting, Now now) noexcept {
    constexpr Millis kPatience{1000};
    if (now.boot - word.time() > kPatience) {
        if (const ZoneGuard guard(layout, waiting); guard) {
            settle_abandoned(layout, slot, now);
        }
    }
}

void sweep_alias(Layout& layout, SlotIndex slot, Waiting waiting, Now now) noexcept {
    if (const ZoneGuard guard(layout, waiting); guard) {
        drop_alias_if_old(layout, slot, now);
    }
}

// What the history has not taken over is kept, as long as there is room.
bool may_forget(Layout& layout, SlotIndex slot) noexcept {
    const std::uint64_t occupied = std::uint64_t{layout.totals.live.load(std::memory_order_relaxed)} +
                                   layout.totals.ended.load(std::memory_order_relaxed);
    return is_saved(layout, slot) || occupied > layout.geometry.slots / 8 * 7;
}

struct Lease {
    std::int32_t process;
    std::int64_t until;  // tenths of a second of the boot clock

    static Lease of(std::uint64_t bits) noexcept {
        return {static_cast<std::int32_t>(bits >> 32), static_cast<std::int64_t>(bits & 0xffffffffU)};
    }
    std::uint64_t bits() const noexcept {
        return std::uint64_t{static_cast<std::uint32_t>(process)} << 32 | static_cast<std::uint32_t>(until);
    }
};

bool is_dead(std::int32_t process) noexcept {
    return ::kill(process, 0) != 0 && errno == ESRCH;
}

// The licence that a configuration gives an account.
struct Grant {
    std::optional<std::uint32_t> total;
    std::string_view time_zone;
    bool by_name = false;
};

Grant grant_for(std::span<const License> licenses, std::string_view account) noexcept {
    Grant grant;
    for (const License& license : licenses) {
        if (license.account == account) {
            return {license.total, license.time_zone, true};
        }
        if (license.account == kAllAccounts) {
            grant = {license.total, license.time_zone, false};
        }
    }
    return grant;
}

bool grant_account(Layout& layout, std::string_view name, const Grant& grant) noexcept {
    const ZoneGuard guard(layout, Waiting::patient);
    Transaction change(layout);
    const auto account = obtain_account(change, name);
    if (!account) {
        return false;
    }
    apply_license(change, *account, grant.total, grant.time_zone);
    change.commit();
    return true;
}

}  // namespace

bool Tracker::set_licenses(std::span<const License> licenses) noexcept {
    Layout& layout = *layout_;
    {
        const ZoneGuard guard(layout, Waiting::patient);
        Transaction change(layout);
        const Grant others = grant_for(licenses, kAllAccounts);
        change.set(layout.totals.default_total, others.total.value_or(kNoTotal));
        set_default_time_zone(change, others.time_zone);
        change.commit();
    }
    bool is_complete = true;
    for (const License& license : licenses) {
        if (license.account != kAllAccounts) {
            is_complete =
                grant_account(layout, license.account, grant_for(licenses, license.account)) && is_complete;
        }
    }
    const std::uint32_t count = layout.used_accounts();
    for (std::uint32_t account = 1; account < count; ++account) {
        const std::string_view name = account_name(layout, static_cast<AccountIndex>(account));
        const Grant grant = grant_for(licenses, name);
        if (!grant.by_name) {
            grant_account(layout, name, grant);
        }
    }
    return is_complete;
}

std::uint32_t Tracker::sweep(std::uint32_t position, std::uint32_t slots, Now now) noexcept {
    Layout& layout = *layout_;
    const std::uint32_t used = layout.used_slots();
    if (position >= used) {
        return 0;
    }
    const std::uint32_t end = slots < used - position ? position + slots : used;
    std::uint32_t fetched = position;
    for (; position < end; ++position) {
        for (; fetched < end && fetched - position < kFetchedAhead; ++fetched) {
            fetch_instances(layout, fetched);
        }
        const SlotWord word(layout.hot(position).word.load(std::memory_order_acquire));
        switch (word.state()) {
            case SlotState::free:
                break;
            case SlotState::live:
                sweep_live(layout, position, word, waiting_, now);
                break;
            case SlotState::ending:
                sweep_ending(layout, position, word, waiting_, now);
                break;
            case SlotState::alias:
                sweep_alias(layout, position, waiting_, now);
                break;
            case SlotState::ended:
                if (is_forgettable(layout, position, word, now) && may_forget(layout, position)) {
                    if (const ZoneGuard guard(layout, waiting_); guard) {
                        forget_slot(layout, position);
                    }
                }
                break;
        }
    }
    return position < used ? position : 0;
}

std::uint32_t Tracker::roll_quarters(std::uint32_t position, std::uint32_t accounts, Now now) noexcept {
    Layout& layout = *layout_;
    const std::uint32_t count = layout.used_accounts();
    if (position >= count) {
        position = 0;
    }
    const std::uint32_t end = accounts < count - position ? position + accounts : count;
    for (; position < end; ++position) {
        const auto account = static_cast<AccountIndex>(position);
        if (!needs_roll(layout, account, now)) {
            continue;
        }
        if (const ZoneGuard guard(layout, waiting_); guard && needs_roll(layout, account, now)) {
            Transaction change(layout);
            roll_quarter(change, account, now);
            change.commit();
        }
    }
    return position < count ? position : 0;
}

std::vector<std::string> Tracker::validate() {
    const ZoneGuard guard(*layout_, Waiting::patient);
    return find_faults(*layout_);
}

bool Tracker::elect(std::int32_t process, Now now) noexcept {
    const std::int64_t tenths = now.boot.time_since_epoch().count() / 100;
    std::uint64_t bits = layout_->lease.load(std::memory_order_acquire);
    const Lease current = Lease::of(bits);
    const bool is_mine = current.process == process;
    if (!is_mine && current.process != 0 && tenths <= current.until && !is_dead(current.process)) {
        return false;
    }
    const Lease wanted{process, tenths + kLeaseTenths};
    return layout_->lease.compare_exchange_strong(bits, wanted.bits(), std::memory_order_acq_rel);
}

void Tracker::resign(std::int32_t process) noexcept {
    std::uint64_t bits = layout_->lease.load(std::memory_order_acquire);
    if (Lease::of(bits).process == process) {
        layout_->lease.compare_exchange_strong(bits, 0, std::memory_order_acq_rel);
    }
}

}  // namespace agent_sessions::tracker
