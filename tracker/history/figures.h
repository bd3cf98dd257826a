// The figures of an account: the maximum of each calendar day, their mean and their maximum.
//
// Everything here is a function of values: nothing reads a clock or a database. A day is one of the time
// zone's; since every zone of today is a multiple of 15 minutes away from UTC, quarter hours of UTC make up
// exact days of any of them, the ones with 23 or 25 hours too. Thread safety: every function may be called
// from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tracker/history/maxima.h"
#include "tracker/history/time_zones.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::history {

// From an instant on; nullopt = no total was configured.
struct LicenseChange {
    WallTime since{};
    std::optional<std::uint64_t> total;
};

struct DayFigures {
    Day date{};
    std::optional<std::uint32_t> max;  // nullopt = nothing was measured
    std::optional<WallTime> max_at;    // nullopt where max is, or is 0
    std::uint64_t max_sequence = 0;    // as QuarterPeak::sequence; 0 where max_at is nullopt
    std::uint64_t refused = 0;
    std::optional<std::uint64_t> total;   // of licences, at the end of the day, or now
    std::optional<std::uint32_t> agents;  // at the maximum; nullopt where max is
    bool complete = false;                // every quarter hour that is over was measured
};

struct Summary {
    std::optional<double> daily_average;
    std::optional<std::uint32_t> daily_max;
};

// From the first day to the last, both included.
struct Window {
    Day from{};
    Day to{};
};

// The `count` calendar days that end today.
Window days_until(const TimeZone& zone, WallTime now, int count);
std::vector<Day> days_of(const Window& window);

std::int64_t quarter_of(WallTime instant) noexcept;
WallTime start_of_quarter(std::int64_t quarter) noexcept;

// Both lists as one, each quarter hour once. Where both have one, the higher peak counts: one of them may be
// older. REQUIRES: ascending lists.
std::vector<QuarterPeak> merge_peaks(std::span<const QuarterPeak> one, std::span<const QuarterPeak> other);

// The days as quarter hours tell them. `peaks` are the account's, `measured` the quarter hours in which
// anything was measured at all; both ascending, each quarter hour once, what lies outside is ignored. Days
// after today have nothing measured. Totals are left empty.
std::vector<DayFigures> days_from_peaks(const TimeZone& zone, const Window& window, WallTime now,
                                        std::span<const QuarterPeak> peaks,
                                        std::span<const std::int64_t> measured);

// The total that held when the day ended, or holds now; nothing for days to come. REQUIRES: ascending.
void set_totals(std::span<DayFigures> figures, const TimeZone& zone, WallTime now,
                std::span<const LicenseChange> changes);

// Daily Max: the highest maximum, today's included. Daily Average: the mean of the maxima of the days since
// the account was first seen; today joins when it is the only one. Days without a measurement are left out.
Summary summarise(std::span<const DayFigures> figures, Day today, std::optional<Day> first_seen);

}  // namespace agent_sessions::tracker::history
