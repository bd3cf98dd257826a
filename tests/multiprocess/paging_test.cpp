// A list that is paged through while other processes begin and end sessions all the time (RELIABILITY T28).
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json.hpp>
#include <map>
#include <string>

#include "admin/handle.h"
#include "tests/multiprocess/writers.h"

namespace agent_sessions::testing {
namespace {

constexpr std::uint64_t kStaying = 900;
// Numbers of those that come and go, apart from the staying ones.
constexpr std::uint64_t kPassing = 10'000;
constexpr std::uint64_t kAtOnce = 200;

// Over at every other look, so that others come and go within each page, too.
class ShortSlice final : public admin::Slice {
  public:
    bool over() const noexcept override { return ++looks_ % 2 == 0; }
    Now now() const noexcept override { return testing::now(); }

  private:
    mutable int looks_ = 0;
};

std::string get(Tracker tracker, const std::string& query) {
    admin::Request request;
    request.method = "GET";
    request.path = "api/1/sessions";
    request.query = query;
    request.host = "agents.example";
    request.caller = {"ada", "operator", "*", true, ""};
    request.now = now();
    const admin::Handled handled = admin::handle(request, tracker, nullptr);
    for (int step = 0; handled.task != nullptr && step < 100'000; ++step) {
        if (const auto response = handled.task->step(ShortSlice())) {
            return response->body;
        }
    }
    ADD_FAILURE() << "no answer";
    return "{}";
}

// How often each ref was on a page.
std::map<std::string, int> page_through(Tracker tracker, const std::string& query) {
    std::map<std::string, int> shown;
    std::string cursor;
    do {
        const boost::json::value page =
            boost::json::parse(get(tracker, query + (cursor.empty() ? "" : "&cursor=" + cursor)));
        for (const boost::json::value& session : page.at("sessions").as_array()) {
            ++shown[std::string(session.at("ref").as_string())];
        }
        cursor = page.at("next").is_null() ? "" : std::string(page.at("next").as_string());
    } while (!cursor.empty());
    return shown;
}

// Begins and ends sessions for as long as it lives; `lane` tells processes apart.
[[noreturn]] void come_and_go(Tracker tracker, std::uint64_t lane) {
    for (std::uint64_t turn = 0;; ++turn) {
        const std::uint64_t number = kPassing * (lane + 1) + turn;
        BeginRequest begin = request(number, "agent " + std::to_string(number % 97));
        begin.started += Millis{number % 89};
        tracker.begin(begin, now());
        if (turn >= kAtOnce) {
            tracker.end(key(number - kAtOnce), {EndReason::logout, {}, {}}, now());
        }
        tracker.sweep(static_cast<std::uint32_t>(turn * 16 % 4096), 16, later(Millis{60 * 60 * 1000}));
    }
}

class Paging : public ::testing::TestWithParam<const char*> {};

TEST_P(Paging, EverySessionThatStaysIsShownOnceWhileOthersComeAndGo) {
    MemorySegment segment(4'000);
    Tracker tracker = segment.tracker();
    for (std::uint64_t number = 0; number < kStaying; ++number) {
        BeginRequest begin = request(number, "agent " + std::to_string(number % 97));
        begin.started += Millis{number % 89};
        begin.lifetime.idle = begin.lifetime.absolute = std::chrono::hours{48};
        ASSERT_EQ(tracker.begin(begin, now()).result, BeginResult::begun);
    }
    const std::uint64_t before = tracker.latest_sequence();
    std::vector<pid_t> children;
    for (const std::uint64_t lane : {1, 2}) {
        children.push_back(fork_child([&] { come_and_go(tracker, lane); }));
    }
    for (int round = 0; round < 3; ++round) {
        const std::map<std::string, int> shown =
            page_through(segment.tracker(Waiting::event_loop), GetParam());
        for (const auto& [ref, times] : shown) {
            EXPECT_EQ(times, 1) << ref;
        }
        for (std::uint64_t number = 0; number < kStaying; ++number) {
            EXPECT_TRUE(shown.contains(to_ref(key(number)))) << number;
        }
    }
    for (const pid_t child : children) {
        kill(child, SIGKILL);
        wait_for(child);
    }
    EXPECT_GT(tracker.latest_sequence() - before, 1'000U) << "others came and went";
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Orders, Paging,
                         ::testing::Values("limit=100&sort=-started", "limit=100&sort=agent",
                                           "limit=100&sort=-last_seen", "limit=100&sort=label",
                                           "limit=100&sort=agent&q=aGeNt"));

}  // namespace
}  // namespace agent_sessions::testing
