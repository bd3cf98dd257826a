// Sixty days of made-up sessions, as a tracker would have measured them, and the same figures found out the
// slow way: by counting who was there at every instant at which the number may have been the highest.
//
// The slow way shares nothing with what it checks: dates come from the C library's localtime_r().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tracker/history/figures.h"

namespace agent_sessions::tracker::history {

inline constexpr int kSyntheticDays = 60;

struct SyntheticSession {
    std::string account;
    std::string agent;  // empty = Guest
    WallTime began{};
    WallTime ended{};  // beyond the end of the history = still alive
    std::uint64_t began_sequence = 0;
    std::uint64_t ended_sequence = 0;
};

struct SyntheticDay {
    std::string date;
    std::optional<std::uint32_t> max;
    std::optional<WallTime> max_at;
    std::uint64_t refused = 0;
    std::uint32_t agents = 0;
    std::optional<std::uint64_t> total;
    bool complete = false;
};

struct SyntheticFigures {
    std::vector<SyntheticDay> days;
    std::optional<double> daily_average;
    std::optional<std::uint32_t> daily_max;
};

class SyntheticHistory {
  public:
    // Begins at this instant, which begins a day somewhere; the same for the same seed. There are days on
    // which nothing was measured, an outage of hours, and one of minutes; sessions outlive some of them.
    SyntheticHistory(WallTime start, std::uint32_t seed);

    WallTime start() const { return start_; }
    WallTime end() const { return start_ + std::chrono::days{kSyntheticDays}; }
    const std::vector<SyntheticSession>& sessions() const { return sessions_; }
    std::optional<WallTime> first_seen(const std::string& account) const;
    const std::vector<LicenseChange>& licenses() const { return licenses_; }

    // What a tracker has measured by then; "*" = all accounts.
    std::vector<QuarterPeak> peaks(const std::string& account, WallTime now) const;
    std::vector<std::int64_t> measured(WallTime now) const;

    // By brute force, for the `days` dates that end with the one of `now`.
    SyntheticFigures recount(const std::string& account, const std::string& zone, WallTime now,
                             int days) const;

  private:
    struct Refusal {
        std::string account;
        WallTime at{};
    };
    bool is_measured(std::int64_t quarter) const;
    bool concerns(const std::string& account, const std::string& other) const {
        return account == "*" || account == other;
    }

    WallTime start_;
    std::vector<std::pair<WallTime, WallTime>> outages_;
    std::vector<SyntheticSession> sessions_;
    std::vector<Refusal> refusals_;
    std::vector<LicenseChange> licenses_;
};

// "2026-03-29" there, by the C library.
std::string local_date(const std::string& zone, WallTime instant);

}  // namespace agent_sessions::tracker::history
