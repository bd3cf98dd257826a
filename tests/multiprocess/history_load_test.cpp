// Five thousand begins a second, with the history written beside them: ring, history and counts stay equal.
#include <gtest/gtest.h>

#include <thread>

#include "tests/multiprocess/writers.h"
#include "tests/support/history_thread.h"
#include "tests/support/real_clock.h"
#include "tests/support/soak.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kBeginsPerSecond = 5'000;
constexpr std::uint64_t kCapacity = 200'000;

std::uint64_t load_seconds() {
    return is_soak() ? 30 : 3;
}

TEST(HistoryLoad, RingHistoryAndCountsStayEqualAtFiveThousandBeginsASecond) {
    const TemporaryDirectory directory;
    const std::string path = tracker::history::database_path(directory.path().native(), "floor");
    MemorySegment segment{kCapacity};
    Tracker tracker = segment.tracker();
    const std::uint64_t first = tracker.latest_sequence();
    std::uint64_t begun = 0;
    {
        HistoryThread writer(tracker, path, real_now);
        const auto start = std::chrono::steady_clock::now();
        for (std::uint64_t tick = 0; tick < load_seconds() * 1000; ++tick) {
            for (std::uint64_t session = 0; session < kBeginsPerSecond / 1000; ++session) {
                ++begun;
                BeginRequest begin = request(begun, begun % 3 == 0 ? "" : "alice");
                begin.started = real_now().wall;
                ASSERT_EQ(tracker.begin(begin, real_now()).result, BeginResult::begun);
            }
            std::this_thread::sleep_until(start + std::chrono::milliseconds{tick});
        }
        writer.finish(60s);
        EXPECT_EQ(writer.fault(), "");
    }
    EXPECT_EQ(tracker.latest_sequence() - first, begun);
    EXPECT_EQ(tracker.history_status().committed_sequence, tracker.latest_sequence());
    EXPECT_EQ(tracker.history_status().lost, 0u);
    EXPECT_EQ(tracker.figures().live, begun);
    EXPECT_EQ(tracker.overall_usage().current, begun);
    {
        auto database = tracker::history::open_for_reading(path, 1s);
        const auto number = [&](const char* sql) {
            return static_cast<std::uint64_t>(database.integer(sql));
        };
        EXPECT_EQ(number("SELECT count(*) FROM session"), begun);
        EXPECT_EQ(number("SELECT count(DISTINCT began_sequence) FROM session"), begun);
        EXPECT_EQ(number("SELECT max(peak) FROM peak JOIN account ON id = account WHERE name = '*'"), begun);
        EXPECT_EQ(number("SELECT sum(highest) FROM (SELECT max(peak) AS highest FROM peak JOIN account ON id "
                         "= account "
                         "WHERE name <> '*' GROUP BY account)"),
                  begun);
    }
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
}

}  // namespace
}  // namespace agent_sessions::testing
