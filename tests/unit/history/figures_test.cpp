#include "tracker/history/figures.h"

#include <gtest/gtest.h>

#include "tests/unit/history/synthetic_history.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t seconds) {
    return WallTime{std::chrono::seconds{seconds}};
}

constexpr std::int64_t kSpring = 1'772'323'200;  // 2026-03-01 00:00 UTC
constexpr std::int64_t kAutumn = 1'791'072'000;  // 2026-10-04 00:00 UTC

std::string text_of(Day day) {
    const std::chrono::year_month_day date{day};
    char text[16];
    std::snprintf(text, sizeof(text), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

struct Case {
    const char* zone;
    std::int64_t start;
};

class SixtyDays : public ::testing::TestWithParam<Case> {};

void expect_equal(const SyntheticHistory& history, const std::string& account, const std::string& zone_name,
                  WallTime now, int days) {
    SCOPED_TRACE(account + " in " + zone_name + " on " + local_date(zone_name, now));
    const TimeZone zone(zone_name);
    ASSERT_EQ(zone.name(), zone_name);
    std::vector<DayFigures> figures = days_from_peaks(zone, days_until(zone, now, days), now,
                                                      history.peaks(account, now), history.measured(now));
    set_totals(figures, zone, now, history.licenses());
    const auto first = history.first_seen(account);
    const Summary summary =
        summarise(figures, zone.day_of(now), first ? std::optional(zone.day_of(*first)) : std::nullopt);

    const SyntheticFigures expected = history.recount(account, zone_name, now, days);
    ASSERT_EQ(figures.size(), expected.days.size());
    for (std::size_t index = 0; index < figures.size(); ++index) {
        const DayFigures& day = figures[index];
        const SyntheticDay& other = expected.days[index];
        EXPECT_EQ(text_of(day.date), other.date);
        EXPECT_EQ(day.max, other.max) << other.date;
        EXPECT_EQ(day.max_at, other.max_at) << other.date;
        EXPECT_EQ(day.refused, other.refused) << other.date;
        EXPECT_EQ(day.agents.value_or(0), other.agents) << other.date;
        EXPECT_EQ(day.total, other.total) << other.date;
        EXPECT_EQ(day.complete, other.complete) << other.date;
    }
    EXPECT_EQ(summary.daily_max, expected.daily_max);
    ASSERT_EQ(summary.daily_average.has_value(), expected.daily_average.has_value());
    if (summary.daily_average) {
        EXPECT_DOUBLE_EQ(*summary.daily_average, *expected.daily_average);
    }
}

TEST_P(SixtyDays, EqualABruteForceRecount) {
    const SyntheticHistory history(at(GetParam().start), 7);
    for (const WallTime now : {history.start() + 7h + 22min, history.start() + 24h * 11 + 12h,
                               history.start() + 24h * 31 + 23h + 50min, history.end() - 1ms}) {
        for (const char* account : {"*", "alpha", "beta"}) {
            expect_equal(history, account, GetParam().zone, now, 30);
        }
    }
    expect_equal(history, "*", GetParam().zone, history.end() - 1ms, kSyntheticDays + 1);
}

INSTANTIATE_TEST_SUITE_P(Zones, SixtyDays,
                         ::testing::Values(Case{"UTC", kSpring}, Case{"Europe/Paris", kSpring},
                                           Case{"Europe/Paris", kAutumn}, Case{"Asia/Kathmandu", kSpring},
                                           Case{"America/St_Johns", kSpring},
                                           Case{"America/St_Johns", kAutumn}));

// Quarter hours know no zone: the whole past is cut anew.
TEST(Figures, FollowAnAccountThatMovesToAnotherZone) {
    const SyntheticHistory history(at(kAutumn), 11);
    for (const char* zone : {"Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"}) {
        expect_equal(history, "alpha", zone, history.end() - 1ms, 45);
    }
}

TEST(Figures, ASessionOverMidnightCountsInBothDays) {
    const TimeZone zone("UTC");
    const std::int64_t noon = quarter_of(at(kSpring + 12 * 3600));
    std::vector<QuarterPeak> peaks;
    std::vector<std::int64_t> measured;
    for (std::int64_t quarter = noon; quarter < noon + 96; ++quarter) {
        measured.push_back(quarter);
        if (quarter >= noon + 40 && quarter < noon + 56) {
            peaks.push_back({quarter, 1, start_of_quarter(quarter), 5, 1, 0});
        }
    }
    const WallTime now = start_of_quarter(noon + 96);
    const auto days = days_from_peaks(zone, days_until(zone, now, 2), now, peaks, measured);
    EXPECT_EQ(days[0].max, 1u);
    EXPECT_EQ(days[1].max, 1u);
    EXPECT_EQ(days[1].max_at, at(kSpring + 86400));
    EXPECT_FALSE(days[0].complete);
    EXPECT_TRUE(days[1].complete);
}

TEST(Figures, AMeasuredDayWithoutSessionsCountsAsZero) {
    const TimeZone zone("UTC");
    const std::int64_t first = quarter_of(at(kSpring));
    std::vector<std::int64_t> measured;
    for (std::int64_t quarter = 0; quarter < 3 * 96; ++quarter) {
        measured.push_back(first + quarter);
    }
    const std::vector<QuarterPeak> peaks{{first + 4, 6, start_of_quarter(first + 4), 9, 2, 0}};
    const WallTime now = start_of_quarter(first + 3 * 96) - 1ms;
    const auto days = days_from_peaks(zone, days_until(zone, now, 4), now, peaks, measured);
    EXPECT_EQ(days[0].max, std::nullopt);
    EXPECT_EQ(days[2].max, 0u);
    EXPECT_EQ(days[2].max_at, std::nullopt);
    const Summary summary = summarise(days, zone.day_of(now), zone.day_of(at(kSpring)));
    EXPECT_EQ(summary.daily_average, 3.0) << "6 and 0; today is not over, the day before is not measured";
    EXPECT_EQ(summary.daily_max, 6u);
}

TEST(Figures, TodayIsTheAverageWhereItIsTheOnlyDay) {
    const TimeZone zone("UTC");
    const std::int64_t quarter = quarter_of(at(kSpring + 3600));
    const std::vector<QuarterPeak> peaks{{quarter, 4, start_of_quarter(quarter), 9, 2, 0}};
    const std::vector<std::int64_t> measured{quarter};
    const WallTime now = start_of_quarter(quarter) + 5min;
    const auto days = days_from_peaks(zone, days_until(zone, now, 30), now, peaks, measured);
    const Summary summary = summarise(days, zone.day_of(now), zone.day_of(now));
    EXPECT_EQ(summary.daily_average, 4.0);
    EXPECT_EQ(summarise(days, zone.day_of(now), std::nullopt).daily_average, std::nullopt);
}

TEST(Figures, DaysToComeHaveNothing) {
    const TimeZone zone("Europe/Paris");
    const WallTime now = at(kSpring + 3600);
    const Day today = zone.day_of(now);
    auto days =
        days_from_peaks(zone, {today, today + std::chrono::days{2}}, now, {}, std::vector{quarter_of(now)});
    const std::vector<LicenseChange> licenses{{at(0), 5}};
    set_totals(days, zone, now, licenses);
    EXPECT_EQ(days[0].total, 5u);
    EXPECT_EQ(days[1].max, std::nullopt);
    EXPECT_EQ(days[1].total, std::nullopt);
    EXPECT_FALSE(days[1].complete);
}

TEST(Figures, OfTwoAccountsOfAQuarterHourTheHigherCounts) {
    const std::vector<QuarterPeak> stored{{1, 3, at(900), 7, 1, 2}, {2, 1, at(1800), 8, 1, 0}};
    const std::vector<QuarterPeak> recent{{2, 4, at(1801), 9, 2, 1}, {3, 0, at(2700), 9, 0, 0}};
    const auto merged = merge_peaks(stored, recent);
    ASSERT_EQ(merged.size(), 3u);
    EXPECT_EQ(merged[1].peak, 4u);
    EXPECT_EQ(merged[1].sequence, 9u);
    EXPECT_EQ(merged[1].refused, 1u);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
