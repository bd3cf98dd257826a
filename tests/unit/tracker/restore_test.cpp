#include "tracker/memory/restore.h"

#include <gtest/gtest.h>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker {
namespace {

using namespace std::chrono_literals;

class Restoring : public agent_sessions::testing::TrackerTest {
  protected:
    RestoreRequest stored(std::uint64_t number, std::string_view agent = {}) {
        RestoreRequest stored;
        stored.key = key(number);
        stored.account = "acme";
        stored.agent = agent;
        stored.started = clock_.now().wall - 1h;
        stored.expires = clock_.now().wall + 11h;
        stored.idle = 30min;
        stored.instance = 30min;
        stored.begun_sequence = number;
        return stored;
    }
    RestoreRequest ended(std::uint64_t number, EndReason reason) {
        RestoreRequest over = stored(number);
        over.reason = reason;
        over.ended_at = clock_.now().wall - 10min;
        over.ended_sequence = 1'000 + number;
        return over;
    }
    bool restore(const RestoreRequest& request) { return feed_.restore(request, clock_.now()); }

    HistoryFeed feed_{tracker_};
};

TEST_F(Restoring, ALiveSessionIsCountedWithoutAnEvent) {
    const std::uint64_t before = tracker_.latest_sequence();
    EXPECT_TRUE(restore(stored(1, "alice")));
    EXPECT_EQ(current(), 1u);
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 1u);
    EXPECT_EQ(tracker_.latest_sequence(), before);
    EXPECT_EQ(row(1).begun_sequence, 1u);
}

TEST_F(Restoring, RequestsOfBeforeTheLossAreNotMadeUp) {
    EXPECT_TRUE(restore(stored(1, "alice")));
    EXPECT_EQ(row(1).requests, std::nullopt);
    tracker_.count_request(row(1).handle);
    EXPECT_EQ(row(1).requests, std::nullopt);
}

TEST_F(Restoring, TheMaximumIsNeverBelowTheSessionsThatAreBack) {
    begin(7);
    for (std::uint64_t session = 1; session <= 5; ++session) {
        restore(stored(session));
    }
    const auto quarters = tracker_.recent_quarters(tracker_.account_usage("acme")->index, clock_.now());
    ASSERT_EQ(quarters.size(), 1u);
    EXPECT_EQ(quarters.front().peak, 6u);
    EXPECT_EQ(quarters.front().sequence, tracker_.latest_sequence());
}

TEST_F(Restoring, AnEndedOneIsRefusedAndNotCounted) {
    EXPECT_TRUE(restore(ended(1, EndReason::administrator)));
    EXPECT_EQ(find(1).state, Found::State::ended);
    EXPECT_EQ(current(), 0u);
    EXPECT_EQ(tracker_.begin(request(1), clock_.now()).result, BeginResult::already_ended);
}

TEST_F(Restoring, WhatTheSegmentKnowsStays) {
    begin(1, "alice");
    RestoreRequest other = stored(1, "bob");
    EXPECT_TRUE(restore(other));
    EXPECT_EQ(row(1).agent, "alice");
    EXPECT_EQ(current(), 1u);
    EXPECT_TRUE(restore(ended(1, EndReason::idle)));
    EXPECT_EQ(find(1).state, Found::State::live) << "running out is judged here";
}

TEST_F(Restoring, NothingThatAPersonClosedLivesOn) {
    begin(1, "alice");
    RestoreRequest closed = ended(1, EndReason::administrator);
    closed.by = "root";
    EXPECT_TRUE(restore(closed));
    EXPECT_EQ(find(1).reason, EndReason::administrator);
    EXPECT_EQ(current(), 0u);
}

TEST_F(Restoring, AnEndedOneStaysEndedWhateverTheHistorySays) {
    begin(1);
    end(1);
    EXPECT_TRUE(restore(stored(1)));
    EXPECT_EQ(find(1).state, Found::State::ended);
}

TEST_F(Restoring, AFullTableTakesNoMoreLiveOnes) {
    for (std::uint64_t session = 1; session <= kMinCapacity; ++session) {
        ASSERT_TRUE(restore(stored(session)));
    }
    EXPECT_FALSE(restore(stored(kMinCapacity + 1)));
    EXPECT_TRUE(restore(ended(kMinCapacity + 2, EndReason::administrator)));
}

TEST_F(Restoring, NumbersGoOnBehindThoseOfTheHistory) {
    const std::uint64_t first = tracker_.latest_sequence() + 1;
    feed_.continue_after(first + 1'000, first + 50);
    EXPECT_EQ(tracker_.latest_sequence(), first + 1'000);
    EXPECT_TRUE(tracker_.is_committed(first + 1'000));
    EXPECT_EQ(feed_.next_act(), first + 51);
    begin(1);
    EXPECT_EQ(tracker_.latest_sequence(), first + 1'001);
    EXPECT_FALSE(tracker_.is_committed(first + 1'001));
}

TEST_F(Restoring, NumbersThatAreHigherAnywayStay) {
    feed_.continue_after(1'000, 50);
    const std::uint64_t before = tracker_.latest_sequence();
    feed_.continue_after(17, 3);
    EXPECT_EQ(tracker_.latest_sequence(), before);
}

}  // namespace
}  // namespace agent_sessions::tracker
