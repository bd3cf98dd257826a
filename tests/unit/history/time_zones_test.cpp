#include "tracker/history/time_zones.h"

#include <gtest/gtest.h>

#include "tests/unit/history/synthetic_history.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

Day day(int year, unsigned month, unsigned of_month) {
    return Day{std::chrono::local_days{std::chrono::year{year} / std::chrono::month{month} /
                                       std::chrono::day{of_month}}};
}

TEST(TimeZones, KnowsTheSystemsNames) {
    for (const char* name : {"UTC", "Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Etc/GMT+1"}) {
        EXPECT_TRUE(is_known_zone(name)) << name;
    }
    for (const char* name : {"", "Europe/Atlantis", "europe/paris ", "../../etc/passwd", "/etc/passwd", ".",
                             "Europe", "tzdata.zi"}) {
        EXPECT_FALSE(is_known_zone(name)) << name;
    }
}

TEST(TimeZones, AnUnknownOneReadsAsUtc) {
    const TimeZone zone("Europe/Atlantis");
    EXPECT_EQ(zone.name(), "UTC");
    EXPECT_EQ(zone.start_of(day(2026, 3, 29)), WallTime{std::chrono::seconds{1'774'742'400}});
}

TEST(TimeZones, ADayOfAChangeHas23Or25Hours) {
    const TimeZone paris("Europe/Paris");
    EXPECT_EQ(paris.start_of(day(2026, 3, 30)) - paris.start_of(day(2026, 3, 29)), 23h);
    EXPECT_EQ(paris.start_of(day(2026, 10, 26)) - paris.start_of(day(2026, 10, 25)), 25h);
}

TEST(TimeZones, ADayWithoutMidnightStartsAtTheChange) {
    const TimeZone beirut("Asia/Beirut");
    const WallTime start = beirut.start_of(day(2026, 3, 29));
    EXPECT_EQ(local_date("Asia/Beirut", start), "2026-03-29");
    EXPECT_EQ(local_date("Asia/Beirut", start - 1s), "2026-03-28");
    EXPECT_EQ(beirut.day_of(start), day(2026, 3, 29));
    EXPECT_EQ(beirut.day_of(start - 1ms), day(2026, 3, 28));
}

// In 2006 Newfoundland's clocks went back at 00:01, so that two days overlapped.
TEST(TimeZones, EveryInstantBelongsToTheDayWhoseSpanHoldsIt) {
    for (const char* name : {"America/St_Johns", "Pacific/Apia", "Europe/Paris"}) {
        const TimeZone zone(name);
        for (const int year : {2006, 2011, 2026}) {
            WallTime at{std::chrono::sys_days{std::chrono::year{year} / 1 / 1}};
            for (const WallTime end = at + 24h * 366; at < end; at += 15min) {
                const Day found = zone.day_of(at);
                ASSERT_LE(zone.start_of(found), at) << name;
                ASSERT_GT(zone.start_of(found + std::chrono::days{1}), at) << name;
            }
        }
    }
}

}  // namespace
}  // namespace agent_sessions::tracker::history
