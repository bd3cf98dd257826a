#include "tests/unit/history/synthetic_history.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>
#include <set>
#include <tuple>

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

constexpr auto kQuarter = 15min;

struct Step {
    WallTime at{};
    std::uint64_t* sequence = nullptr;
};

struct Point {
    WallTime at{};
    std::uint64_t sequence = 0;
};

std::vector<std::pair<WallTime, const SyntheticSession*>> begins_of(
    const std::vector<SyntheticSession>& sessions) {
    std::vector<std::pair<WallTime, const SyntheticSession*>> begins;
    for (const SyntheticSession& session : sessions) {
        begins.emplace_back(session.began, &session);
    }
    return begins;
}

}  // namespace

std::string local_date(const std::string& zone, WallTime instant) {
    static std::string current;
    if (current != zone) {
        ::setenv("TZ", zone.c_str(), 1);
        ::tzset();
        current = zone;
    }
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[16];
    std::strftime(text, sizeof(text), "%F", &parts);
    return text;
}

SyntheticHistory::SyntheticHistory(WallTime start, std::uint32_t seed) : start_(start) {
    std::mt19937 random(seed);
    const auto any = [&random](std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(random);
    };
    // Multiples of quarter hours, but for the short one: a restart, which leaves its quarter hour measured.
    outages_ = {{start_ + 24h * 9 + 3h, start_ + 24h * 12 + 20h + 15min},
                {start_ + 24h * 33 + 10h + 30min, start_ + 24h * 33 + 14h + 45min},
                {start_ + 24h * 41 + 9h + 3min, start_ + 24h * 41 + 9h + 4min}};
    const auto is_off = [this](WallTime instant) {
        return std::any_of(outages_.begin(), outages_.end(), [instant](const auto& outage) {
            return instant >= outage.first && instant < outage.second;
        });
    };
    const auto add = [&](WallTime began, Millis length, std::string account, std::string agent) {
        if (is_off(began)) {
            return;
        }
        WallTime ended = began + length;
        while (is_off(ended)) {
            ended += kQuarter;  // what was to end while nothing ran ends soon after
        }
        sessions_.push_back({std::move(account), std::move(agent), began, ended});
    };
    for (int day = 0; day < kSyntheticDays; ++day) {
        const std::int64_t sessions = day % 7 == 5 ? 0 : any(5, 40);
        for (std::int64_t number = 0; number < sessions; ++number) {
            const WallTime began = start_ + 24h * day + Millis{any(0, 24 * 3'600'000 - 1)};
            const bool is_beta = any(0, 3) == 0 && day > 20;
            const std::int64_t agent = any(0, 12);
            add(began, Millis{any(1'000, 12 * 3'600'000)}, is_beta ? "beta" : "alpha",
                agent == 0 ? "" : "agent" + std::to_string(agent));
        }
        if (day % 4 == 1) {  // a burst that is over before a second is
            const WallTime burst = start_ + 24h * day + Millis{any(0, 24 * 3'600'000 - 1)};
            for (int number = 0; number < 50; ++number) {
                add(burst + Millis{number}, Millis{700}, "alpha", number % 2 == 0 ? "" : "burst");
            }
        }
        for (std::int64_t number = any(0, 3); number > 0; --number) {
            const WallTime at = start_ + 24h * day + Millis{any(0, 24 * 3'600'000 - 1)};
            if (!is_off(at)) {
                refusals_.push_back({number == 3 ? "beta" : "alpha", at});
            }
        }
    }
    licenses_ = {{start_ + 1h, 20}, {start_ + 24h * 17 + 23h + 30min, 25}, {start_ + 24h * 40, std::nullopt}};

    std::vector<Step> steps;
    for (SyntheticSession& session : sessions_) {
        steps.push_back({session.began, &session.began_sequence});
        steps.push_back({session.ended, &session.ended_sequence});
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& left, const Step& right) { return left.at < right.at; });
    std::uint64_t sequence = 1'000;
    for (const Step& step : steps) {
        *step.sequence = ++sequence;
    }
}

std::optional<WallTime> SyntheticHistory::first_seen(const std::string& account) const {
    std::optional<WallTime> first;
    for (const SyntheticSession& session : sessions_) {
        if (concerns(account, session.account) && (!first || session.began < *first)) {
            first = session.began;
        }
    }
    return first;
}

bool SyntheticHistory::is_measured(std::int64_t quarter) const {
    const WallTime from = start_of_quarter(quarter);
    return from >= start_ && std::none_of(outages_.begin(), outages_.end(), [from](const auto& outage) {
               return from >= outage.first && from + kQuarter <= outage.second;
           });
}

std::vector<std::int64_t> SyntheticHistory::measured(WallTime now) const {
    std::vector<std::int64_t> quarters;
    for (std::int64_t quarter = quarter_of(start_); quarter <= quarter_of(now); ++quarter) {
        if (is_measured(quarter)) {
            quarters.push_back(quarter);
        }
    }
    return quarters;
}

// As a tracker does: in one pass over what happened, rolling over where a quarter hour begins.
std::vector<QuarterPeak> SyntheticHistory::peaks(const std::string& account, WallTime now) const {
    using Happening = std::tuple<std::uint64_t, WallTime, int, std::string>;
    std::vector<Happening> happenings;
    for (const SyntheticSession& session : sessions_) {
        if (concerns(account, session.account)) {
            happenings.emplace_back(session.began_sequence, session.began, 1, session.agent);
            happenings.emplace_back(session.ended_sequence, session.ended, -1, session.agent);
        }
    }
    std::sort(happenings.begin(), happenings.end());
    std::map<std::string, int> agents;
    std::uint32_t count = 0;
    std::uint64_t sequence = 0;
    std::vector<QuarterPeak> peaks;
    auto next = happenings.begin();
    for (std::int64_t quarter = quarter_of(start_); quarter <= quarter_of(now); ++quarter) {
        QuarterPeak peak{
            quarter, count, start_of_quarter(quarter), sequence, static_cast<std::uint32_t>(agents.size()),
            0};
        bool had_any = count > 0;
        for (; next != happenings.end() && quarter_of(std::get<1>(*next)) == quarter &&
               std::get<1>(*next) <= now;
             ++next) {
            const auto& [number, at, difference, agent] = *next;
            sequence = number;
            count += static_cast<std::uint32_t>(difference);
            if (!agent.empty() && (agents[agent] += difference) == 0) {
                agents.erase(agent);
            }
            if (count > peak.peak) {
                peak = {quarter, count, at, number, static_cast<std::uint32_t>(agents.size()), 0};
                had_any = true;
            }
        }
        for (const Refusal& refusal : refusals_) {
            if (concerns(account, refusal.account) && quarter_of(refusal.at) == quarter &&
                refusal.at <= now) {
                ++peak.refused;
                had_any = true;
            }
        }
        if (is_measured(quarter) && (had_any || account == "*")) {
            peaks.push_back(peak);
        }
    }
    return peaks;
}

SyntheticFigures SyntheticHistory::recount(const std::string& account, const std::string& zone, WallTime now,
                                           int days) const {
    // The number can only be at its highest where a session begins, or where a measurement begins.
    std::vector<Point> points;
    for (const auto& [at, session] : begins_of(sessions_)) {
        if (concerns(account, session->account) && at <= now) {
            points.push_back({at, session->began_sequence});
        }
    }
    for (const std::int64_t quarter : measured(now)) {
        const WallTime at = start_of_quarter(quarter);
        std::uint64_t latest = 0;
        for (const SyntheticSession& session : sessions_) {
            if (session.began < at) {
                latest = std::max(latest, session.began_sequence);
            }
            if (session.ended < at) {
                latest = std::max(latest, session.ended_sequence);
            }
        }
        points.push_back({at, latest});
    }
    std::sort(points.begin(), points.end(), [](const Point& left, const Point& right) {
        return std::tie(left.at, left.sequence) < std::tie(right.at, right.sequence);
    });

    std::map<std::string, SyntheticDay> by_date;
    for (const Point& point : points) {
        std::uint32_t count = 0;
        std::set<std::string> agents;
        for (const SyntheticSession& session : sessions_) {
            if (concerns(account, session.account) && session.began_sequence <= point.sequence &&
                session.ended_sequence > point.sequence) {
                ++count;
                agents.insert(session.agent);
            }
        }
        agents.erase("");
        SyntheticDay& day = by_date[local_date(zone, point.at)];
        if (!day.max || count > *day.max) {
            day.max = count;
            day.max_at = count > 0 ? std::optional(point.at) : std::nullopt;
            day.agents = static_cast<std::uint32_t>(agents.size());
        }
    }
    for (const Refusal& refusal : refusals_) {
        if (concerns(account, refusal.account) && refusal.at <= now) {
            ++by_date[local_date(zone, refusal.at)].refused;
        }
    }
    std::map<std::string, bool> has_gap;
    for (WallTime at = start_ - 48h; at + kQuarter <= now; at += kQuarter) {
        has_gap[local_date(zone, at)] |= !is_measured(quarter_of(at));
    }

    SyntheticFigures figures;
    // Noon is never skipped and never comes twice: one a day.
    std::vector<std::string> dates;
    for (WallTime at = now - 24h * (days + 2); at <= now; at += 1h) {
        const std::string date = local_date(zone, at);
        if (dates.empty() || dates.back() != date) {
            dates.push_back(date);
        }
    }
    if (dates.back() != local_date(zone, now)) {
        dates.push_back(local_date(zone, now));
    }
    dates.erase(dates.begin(), dates.end() - days);

    double sum = 0;
    int counted = 0;
    const std::string today = local_date(zone, now);
    const auto first = first_seen(account);
    for (const std::string& date : dates) {
        SyntheticDay day = by_date[date];
        day.date = date;
        day.complete = day.max.has_value() && !has_gap[date];
        for (const LicenseChange& change : licenses_) {
            if (local_date(zone, change.since) <= date) {
                day.total = change.total;
            }
        }
        if (day.max) {
            figures.daily_max = std::max(figures.daily_max.value_or(0), *day.max);
            if (date != today && first && date >= local_date(zone, *first)) {
                sum += *day.max;
                ++counted;
            }
        }
        figures.days.push_back(day);
    }
    if (counted > 0) {
        figures.daily_average = sum / counted;
    } else if (figures.days.back().max && first && today >= local_date(zone, *first)) {
        figures.daily_average = *figures.days.back().max;
    }
    return figures;
}

}  // namespace agent_sessions::tracker::history
