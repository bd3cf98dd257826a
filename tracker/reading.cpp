// Tracker: reading.
#include "tracker/memory/accounts.h"
#include "tracker/memory/index.h"
#include "tracker/memory/quarters.h"
#include "tracker/memory/rows.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

AccountUsage usage_of(Layout& layout, AccountIndex account) {
    AccountRecord& record = layout.account(account);
    AccountUsage usage;
    usage.index = account;
    usage.name = account_name(layout, account);
    usage.time_zone = ZoneName(layout, account).view();
    usage.current = record.current.load(std::memory_order_relaxed);
    usage.agents = record.agents.load(std::memory_order_relaxed);
    const std::uint32_t total = record.total.load(std::memory_order_relaxed);
    if (total != kNoTotal) {
        usage.total = total;
    }
    for (const auto& untracked : record.untracked) {
        usage.untracked += untracked.load(std::memory_order_relaxed);
    }
    return usage;
}

}  // namespace

bool Tracker::read_row(SessionKey key, Now now, Row& row, bool with_details) {
    const Located located = locate(*layout_, key);
    return located &&
           copy_row(*layout_, {located.slot, located.word.generation()}, now, row, with_details, waiting_) &&
           (row.key == key || locate(*layout_, key).slot == located.slot);
}

std::optional<std::uint16_t> Tracker::account_of(SessionKey key, Now now) const noexcept {
    const Located located = locate(*layout_, key);
    Glance glanced;
    if (!located || !glance(*layout_, located.slot, now, RowParts{}, glanced) ||
        glanced.handle.generation != located.word.generation()) {
        return std::nullopt;
    }
    return glanced.account;
}

bool Tracker::is_counted(SessionKey key) const noexcept {
    const Located located = locate(*layout_, key);
    return located && located.word.is_counted();
}

void Tracker::read_rows(RowCursor& cursor, std::uint32_t slots, Now now, const Wanted& wanted,
                        const Visit& visit) {
    const std::uint32_t used = layout_->used_slots();
    const std::uint32_t end =
        slots < used - std::min(used, cursor.next_slot) ? cursor.next_slot + slots : used;
    Glance glanced;
    Row row;
    for (; cursor.next_slot < end; ++cursor.next_slot) {
        if (glance(*layout_, cursor.next_slot, now, glanced) && wanted(glanced) &&
            copy_row(*layout_, glanced.handle, now, row, false, waiting_)) {
            visit(row);
        }
    }
    cursor.done = cursor.next_slot >= used;
}

std::vector<AccountUsage> Tracker::accounts() {
    std::vector<AccountUsage> all;
    const std::uint32_t count = layout_->used_accounts();
    all.reserve(count);
    for (std::uint32_t account = 1; account < count; ++account) {
        all.push_back(usage_of(*layout_, static_cast<AccountIndex>(account)));
    }
    return all;
}

std::optional<AccountUsage> Tracker::account_usage(std::string_view account) {
    const auto known = find_account(*layout_, account);
    return known ? std::optional(usage_of(*layout_, *known)) : std::nullopt;
}

AccountUsage Tracker::unseen_account() {
    AccountUsage usage;
    usage.time_zone = ZoneName(*layout_, kOverall).view();
    const std::uint32_t total = layout_->totals.default_total.load(std::memory_order_relaxed);
    if (total != kNoTotal) {
        usage.total = total;
    }
    return usage;
}

AccountUsage Tracker::overall_usage() {
    AccountUsage overall = usage_of(*layout_, kOverall);
    overall.total.reset();
    std::uint64_t sum = 0;
    bool is_complete = true;
    for (const AccountUsage& usage : accounts()) {
        sum += usage.total.value_or(0);
        is_complete = is_complete && (usage.total || usage.current == 0);
    }
    if (is_complete && sum > 0) {
        overall.total = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, kNoTotal - 1));
    }
    return overall;
}

std::vector<QuarterPeak> Tracker::recent_quarters(std::uint16_t account, Now now) {
    Layout& layout = *layout_;
    std::vector<QuarterPeak> peaks;
    const std::uint64_t head = layout.totals.closed_quarters.load(std::memory_order_acquire);
    for (std::uint64_t place = layout.first_unsaved_quarter(head); place < head; ++place) {
        if (layout.closed_quarter(place).account == account) {
            peaks.push_back(to_peak(layout.closed_quarter(place)));
        }
    }
    const auto running = running_quarter(layout, account);
    if (running) {
        peaks.push_back(*running);
    }
    // Nothing has changed since a quarter hour that is over, so its last count lives through the present one.
    const std::uint32_t current = layout.account(account).current.load(std::memory_order_relaxed);
    if (needs_roll(layout, account, now) && (!running || running->quarter != quarter_of(now.wall))) {
        peaks.push_back({quarter_of(now.wall), current, now.wall, latest_sequence(),
                         layout.account(account).agents.load(std::memory_order_relaxed)});
    }
    return peaks;
}

Tracker::Figures Tracker::figures() const noexcept {
    Layout& layout = *layout_;
    const Totals& totals = layout.totals;
    Figures figures;
    figures.capacity = layout.geometry.capacity;
    figures.slots = layout.geometry.slots;
    figures.live = totals.live.load(std::memory_order_relaxed);
    figures.ended = totals.ended.load(std::memory_order_relaxed);
    figures.free_blocks = totals.free_text_count.load(std::memory_order_relaxed) + layout.geometry.texts -
                          totals.fresh_texts.load(std::memory_order_relaxed);
    figures.dropped_details = layout.dropped_details.load(std::memory_order_relaxed);
    figures.recoveries = layout.recoveries.load(std::memory_order_relaxed);
    figures.changes = totals.changes.load(std::memory_order_relaxed);
    figures.created = WallTime{Millis{layout.created}};
    for (std::size_t cause = 0; cause < kUntrackedCauses; ++cause) {
        figures.untracked[cause] = layout.account(kOverall).untracked[cause].load(std::memory_order_relaxed);
    }
    return figures;
}

}  // namespace agent_sessions::tracker
