// Terminations that take several slices, or find the table busy.
#include <string>
#include <thread>

#include "tests/unit/admin/terminate_test.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

TEST_F(TerminateTest, ManyRefsAreWorkedInSteps) {
    std::string refs;
    for (int index = 0; index < 300; ++index) {
        refs += (index == 0 ? "" : ",") + quoted(begin());
    }
    looks_ = 1;
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + refs + "]}")), Results(300, "terminated"));
    EXPECT_GE(steps_, 299);
    EXPECT_EQ(live(), 0);
}

// Else the history would be written while it goes on, in more commits than it takes.
TEST_F(TerminateTest, WhatTakesSeveralStepsHoldsTheHistoryUntilItIsDone) {
    const tracker::HistoryFeed feed(tracker_);
    const auto is_held_throughout = [&](const std::string& body) {
        int steps_of_deed = 0;
        const std::uint64_t before = tracker_.latest_sequence();
        clock_.advance(tracker::Tracker::kLongestHold);
        const Response response = ask(asked("POST", "api/1/sessions/terminate", body), [&] {
            clock_.advance(20ms);
            const std::uint64_t latest = tracker_.latest_sequence();
            if (latest > before + 2 && feed.awaited_sequence() <= before + 1) {
                ++steps_of_deed;
                EXPECT_TRUE(feed.is_held(clock_.now())) << body.substr(0, 40) << " at " << latest - before;
            }
        });
        EXPECT_EQ(response.status, 200);
        EXPECT_GT(feed.awaited_sequence(), before + 40) << "and then it is waited for";
        return steps_of_deed;
    };
    std::string refs;
    for (int index = 0; index < 40; ++index) {
        refs += (refs.empty() ? "" : ",") + quoted(begin({.agent = "ada", .account = "alpha"}));
        begin({.agent = "bob", .account = "beta"});
        begin({.agent = "eve", .account = "gamma"});
        begin({.agent = "joe", .account = "gamma", .label = "north"});
    }
    looks_ = 2;
    EXPECT_GT(is_held_throughout("{\"refs\":[" + refs + "]}"), 15);
    EXPECT_GT(is_held_throughout(R"({"filter":{"account":"beta"}})"), 2);
    EXPECT_GT(is_held_throughout(R"({"filter":{"agent":"eve"}})"), 2);
    EXPECT_GT(is_held_throughout(R"({"filter":{"label":"north"},"expected":40})"), 15);
}

TEST_F(TerminateTest, WhatIsDoneAtOnceHoldsNothing) {
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted(begin()) + "]}")), Results{"terminated"});
    begin({.account = "alpha"});
    expect_ended(terminate(R"({"filter":{"account":"alpha"}})"), 1);
    EXPECT_FALSE(tracker::HistoryFeed(tracker_).is_held(clock_.now()));
}

TEST_F(TerminateTest, TheAnswerForManyRefsIsWrittenInSteps) {
    std::string refs;
    for (int index = 0; index < 40; ++index) {
        refs += (refs.empty() ? "" : ",") + quoted(begin());
    }
    const std::string body = "{\"refs\":[" + refs + "]}";
    looks_ = 1'000'000;
    terminate(body);
    const Response whole = terminate(body);
    const int steps_of_whole = steps_;
    looks_ = 1;
    const Response stepped = terminate(body);
    EXPECT_EQ(stepped.body, whole.body);
    EXPECT_EQ(json_of(stepped).at("results").as_array().size(), 40U);
    EXPECT_GE(steps_, steps_of_whole + 2 * 39) << "to end them, and to tell it";
}

TEST_F(TerminateTest, ABodyThatNamesManyIsReadInSteps) {
    std::string body = "{\"refs\":[";
    for (std::uint64_t index = 0; index < 1'000; ++index) {
        body += (index == 0 ? "" : ",") + quoted({1, index});
    }
    looks_ = 1'000'000;
    terminate(body + "]}");
    const int steps_of_whole = steps_;
    looks_ = 1;
    EXPECT_EQ(results_of(terminate(body + "]}")), Results(1'000, "not_found"));
    EXPECT_GE(steps_, steps_of_whole + 2 * 1'000 + 15 + 8) << "to end, to tell, to check and to parse them";
    EXPECT_EQ(code_of(terminate(body + ",\"x\"]}")), "invalid_member");
    EXPECT_EQ(code_of(terminate(body + "]")), "invalid_json");
    caller_.role = "operator";
    EXPECT_EQ(code_of(terminate(body + "],\"all\":true}")), "missing_member");
}

TEST_F(TerminateTest, ABusyTableIsWaitedForAndThenLetGo) {
    const tracker::SessionKey key = begin();
    tracker_ = segment_.tracker(tracker::Waiting::event_loop);
    looks_ = 2;

    // Another one holds the table's lock; a robust mutex of another thread is as foreign as one of another
    // process.
    const auto hold_while = [this](const std::function<void()>& action) {
        std::thread([&] {
            const tracker::memory::ZoneGuard guard(segment_.layout(), tracker::Waiting::patient);
            std::thread(action).join();
        }).join();
    };
    hold_while([&] {
        const Response response =
            ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key)), [this] { clock_.advance(100ms); });
        EXPECT_EQ(response.status, 204) << "the cookie is refused already";
        EXPECT_GE(steps_, 20) << "but its counts were waited for";
        EXPECT_EQ(live(), 1);
    });
    EXPECT_FALSE(is_live(key));
    EXPECT_TRUE(tracker_.settle(key, {tracker::EndReason::administrator, {}, {}}, clock_.now()));
    EXPECT_EQ(live(), 0);

    hold_while([&] {
        const Response response =
            ask(asked("POST", "api/1/sessions/terminate", "{\"refs\":[" + quoted({7, 7}) + "]}"),
                [this] { clock_.advance(100ms); });
        EXPECT_EQ(response.status, 503) << "nothing is known of a session that can't be looked up";
        EXPECT_EQ(code_of(response), "busy");
        EXPECT_EQ(header(response, "Retry-After"), "1");
    });
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted({7, 7}) + "]}")), Results{"not_found"});
}

}  // namespace
}  // namespace agent_sessions::admin
