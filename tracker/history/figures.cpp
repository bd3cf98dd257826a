#include "tracker/history/figures.h"

#include <algorithm>

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

using std::chrono::days;

// The first entry that is not of a quarter hour before `from`; `number` tells an entry's.
template <typename Quarters, typename Number>
auto first_from(const Quarters& quarters, std::int64_t from, Number number) {
    return std::lower_bound(
        quarters.begin(), quarters.end(), from,
        [number](const auto& entry, std::int64_t quarter) { return number(entry) < quarter; });
}

constexpr auto kOfPeak = [](const QuarterPeak& peak) { return peak.quarter; };
constexpr auto kItself = [](std::int64_t quarter) { return quarter; };

void add_peak(DayFigures& day, const QuarterPeak& peak) {
    day.refused += peak.refused;
    if (peak.peak > day.max.value_or(0)) {
        day.max = peak.peak;
        day.max_at = peak.at;
        day.max_sequence = peak.sequence;
        day.agents = peak.agents;
    }
}

}  // namespace

Window days_until(const TimeZone& zone, WallTime now, int count) {
    const Day today = zone.day_of(now);
    return {today - days{count - 1}, today};
}

std::vector<Day> days_of(const Window& window) {
    std::vector<Day> all;
    for (Day day = window.from; day <= window.to; day += days{1}) {
        all.push_back(day);
    }
    return all;
}

std::int64_t quarter_of(WallTime instant) noexcept {
    const std::int64_t ms = instant.time_since_epoch().count();
    return ms / kQuarterMs - (ms % kQuarterMs < 0 ? 1 : 0);
}

WallTime start_of_quarter(std::int64_t quarter) noexcept {
    return WallTime{Millis{quarter * kQuarterMs}};
}

std::vector<QuarterPeak> merge_peaks(std::span<const QuarterPeak> one, std::span<const QuarterPeak> other) {
    std::vector<QuarterPeak> sorted;
    sorted.reserve(one.size() + other.size());
    std::merge(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(sorted),
               [](const auto& left, const auto& right) { return left.quarter < right.quarter; });
    std::vector<QuarterPeak> merged;
    merged.reserve(sorted.size());
    for (const QuarterPeak& peak : sorted) {
        if (merged.empty() || merged.back().quarter != peak.quarter) {
            merged.push_back(peak);
            continue;
        }
        const std::uint32_t refused = std::max(merged.back().refused, peak.refused);
        if (peak.peak > merged.back().peak) {
            merged.back() = peak;
        }
        merged.back().refused = refused;
    }
    return merged;
}

std::vector<DayFigures> days_from_peaks(const TimeZone& zone, const Window& window, WallTime now,
                                        std::span<const QuarterPeak> peaks,
                                        std::span<const std::int64_t> measured) {
    std::vector<DayFigures> figures;
    const std::int64_t over = quarter_of(now);
    for (const Day date : days_of(window)) {
        DayFigures day;
        day.date = date;
        const std::int64_t from = quarter_of(zone.start_of(date));
        const std::int64_t to = quarter_of(zone.start_of(date + days{1}));
        const auto first_measured = first_from(measured, from, kItself);
        const auto last_measured = first_from(measured, to, kItself);
        if (from <= over) {
            if (first_measured != last_measured) {
                day.max = 0;
                day.agents = 0;
            }
            for (auto peak = first_from(peaks, from, kOfPeak); peak != peaks.end() && peak->quarter < to;
                 ++peak) {
                add_peak(day, *peak);
            }
            const std::int64_t ended = std::min(to, over);
            day.complete =
                day.max.has_value() && first_from(measured, ended, kItself) - first_measured == ended - from;
        }
        figures.push_back(day);
    }
    return figures;
}

void set_totals(std::span<DayFigures> figures, const TimeZone& zone, WallTime now,
                std::span<const LicenseChange> changes) {
    for (DayFigures& day : figures) {
        if (zone.start_of(day.date) > now) {
            continue;
        }
        const WallTime end = zone.start_of(day.date + days{1});
        const auto later = std::lower_bound(
            changes.begin(), changes.end(), end,
            [](const LicenseChange& change, WallTime instant) { return change.since < instant; });
        if (later != changes.begin()) {
            day.total = std::prev(later)->total;
        }
    }
}

Summary summarise(std::span<const DayFigures> figures, Day today, std::optional<Day> first_seen) {
    Summary summary;
    std::uint64_t sum = 0;
    std::uint64_t count = 0;
    std::optional<std::uint32_t> of_today;
    for (const DayFigures& day : figures) {
        if (!day.max) {
            continue;
        }
        summary.daily_max = std::max(summary.daily_max.value_or(0), *day.max);
        if (!first_seen || day.date < *first_seen || day.date > today) {
            continue;
        }
        if (day.date == today) {
            of_today = day.max;
        } else {
            sum += *day.max;
            ++count;
        }
    }
    if (count > 0) {
        summary.daily_average = static_cast<double>(sum) / static_cast<double>(count);
    } else if (of_today) {
        summary.daily_average = *of_today;
    }
    return summary;
}

}  // namespace agent_sessions::tracker::history
