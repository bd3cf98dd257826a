#include "tracker/memory/quarters.h"

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::int64_t kQuarterMs = std::int64_t{15} * 60 * 1000;

std::uint64_t latest_event(Layout& layout) noexcept {
    return layout.totals.next_event.load(std::memory_order_relaxed) - 1;
}

void close(Transaction& change, AccountIndex account) noexcept {
    Layout& layout = change.layout();
    const AccountRecord& record = layout.account(account);
    const std::uint64_t place = layout.totals.closed_quarters.load(std::memory_order_relaxed);
    if (place - layout.history.saved_quarters.load(std::memory_order_acquire) >= layout.geometry.quarters) {
        layout.history.lost.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    layout.closed_quarter(place) = {
        record.quarter.load(std::memory_order_relaxed),
        record.quarter_peak_at.load(std::memory_order_relaxed),
        record.quarter_peak_sequence.load(std::memory_order_relaxed),
        record.quarter_peak.load(std::memory_order_relaxed),
        record.quarter_peak_agents.load(std::memory_order_relaxed),
        record.quarter_refused.load(std::memory_order_relaxed),
        account,
        0,
    };
    change.set(layout.totals.closed_quarters, place + 1);
}

// Readers that meet this half done see no quarter hour, and read again.
void set_peak(Transaction& change, AccountRecord& record, std::int64_t quarter, std::uint32_t peak,
              std::uint64_t sequence, Now now) noexcept {
    change.set(record.quarter, std::int64_t{0});
    change.set(record.quarter_peak, peak);
    change.set(record.quarter_peak_at, std::int64_t{now.wall.time_since_epoch().count()});
    change.set(record.quarter_peak_sequence, sequence);
    change.set(record.quarter_peak_agents, record.agents.load(std::memory_order_relaxed));
    change.set(record.quarter, quarter);
}

QuarterPeak copy_quarter(const AccountRecord& record) noexcept {
    QuarterPeak peak;
    peak.quarter = record.quarter.load(std::memory_order_acquire);
    peak.peak = record.quarter_peak.load(std::memory_order_acquire);
    peak.at = instant_of<WallTime>(record.quarter_peak_at.load(std::memory_order_acquire));
    peak.sequence = record.quarter_peak_sequence.load(std::memory_order_acquire);
    peak.agents = record.quarter_peak_agents.load(std::memory_order_acquire);
    peak.refused = record.quarter_refused.load(std::memory_order_acquire);
    return peak;
}

}  // namespace

std::int64_t quarter_of(WallTime time) noexcept {
    const std::int64_t wall = time.time_since_epoch().count();
    return wall >= 0 ? wall / kQuarterMs : (wall - kQuarterMs + 1) / kQuarterMs;
}

void roll_quarter(Transaction& change, AccountIndex account, Now now) noexcept {
    Layout& layout = change.layout();
    AccountRecord& record = layout.account(account);
    const std::int64_t running = record.quarter.load(std::memory_order_relaxed);
    const std::int64_t quarter = quarter_of(now.wall);
    if (running == quarter) {
        return;
    }
    if (running != 0) {
        close(change, account);
    }
    change.set(record.quarter_refused, std::uint32_t{0});
    set_peak(change, record, quarter, record.current.load(std::memory_order_relaxed), latest_event(layout),
             now);
}

void note_peak(Transaction& change, AccountIndex account, Now now) noexcept {
    Layout& layout = change.layout();
    AccountRecord& record = layout.account(account);
    const std::uint32_t current = record.current.load(std::memory_order_relaxed);
    if (current > record.quarter_peak.load(std::memory_order_relaxed)) {
        set_peak(change, record, record.quarter.load(std::memory_order_relaxed), current,
                 latest_event(layout) + 1, now);
    }
}

void note_restored(Transaction& change, AccountIndex account, Now now) noexcept {
    Layout& layout = change.layout();
    AccountRecord& record = layout.account(account);
    const std::uint32_t current = record.current.load(std::memory_order_relaxed);
    if (record.quarter.load(std::memory_order_relaxed) == quarter_of(now.wall) &&
        current > record.quarter_peak.load(std::memory_order_relaxed)) {
        set_peak(change, record, quarter_of(now.wall), current, latest_event(layout), now);
    }
}

bool needs_roll(Layout& layout, AccountIndex account, Now now) noexcept {
    const AccountRecord& record = layout.account(account);
    return record.quarter.load(std::memory_order_relaxed) != quarter_of(now.wall) &&
           (account == kOverall || record.current.load(std::memory_order_relaxed) != 0);
}

std::optional<QuarterPeak> running_quarter(Layout& layout, AccountIndex account) noexcept {
    const AccountRecord& record = layout.account(account);
    constexpr int kTries = 64;
    QuarterPeak before = copy_quarter(record);
    for (int attempt = 0; attempt < kTries; ++attempt) {
        const QuarterPeak after = copy_quarter(record);
        // Two looks that agree, neither of them while a new maximum was being set, are of one instant.
        if (after.quarter != 0 && after == before) {
            return after;
        }
        before = after;
    }
    return std::nullopt;
}

QuarterPeak to_peak(const QuarterRecord& record) noexcept {
    return {record.quarter,       record.peak,   instant_of<WallTime>(record.peak_at),
            record.peak_sequence, record.agents, record.refused};
}

}  // namespace agent_sessions::tracker::memory
