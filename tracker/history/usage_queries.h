// The figures of accounts, and the curve of a day, as the history knows them.
//
// One account, and all together, are told from their quarter hours. The sum of some accounts is counted again
// from their sessions, as far back as these are kept. Thread safety: as the Connection's. May throw
// DatabaseError. Cost: O(days) rows for an account, O(sessions of the days) where sessions are counted again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tracker/history/account_rows.h"
#include "tracker/history/figures.h"

namespace agent_sessions::tracker::history {

inline constexpr int kWindowDays = 30;

// What the segment had when the question was put, by account ("*" = all). To be read before the history is:
// so what moves from one to the other meanwhile is found in both.
using RecentQuarters = std::map<std::string, std::vector<QuarterPeak>>;

struct UsageQuestion {
    Accounts accounts;
    std::string time_zone;
    bool prefers_stored_zone = false;  // of the account, where the history knows one
    WallTime now{};
    std::optional<Window> window;  // else the kWindowDays that end today
    RecentQuarters recent;
};

struct UsageAnswer {
    std::string time_zone;  // in which the days were cut
    Day today{};
    std::vector<DayFigures> days;
    Summary summary;
};

UsageAnswer read_usage(Connection& connection, const UsageQuestion& question);

struct CurveAnswer {
    std::string time_zone;
    WallTime start{};
    std::chrono::seconds step{};
    // One for each step of the day, 23 to 25 hours; nullopt = to come, or not measured.
    std::vector<std::optional<std::uint32_t>> max;
    std::optional<std::uint64_t> total;
};

// The maximum of each minute of a day; where sessions of that day may have been removed, of each quarter
// hour. The window is ignored.
CurveAnswer read_curve(Connection& connection, const UsageQuestion& question, Day day);

}  // namespace agent_sessions::tracker::history
