#include "tracker/memory/quarters.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"
#include "tracker/memory/accounts.h"

namespace agent_sessions::tracker {
namespace {

using namespace std::chrono_literals;

class Quarters : public agent_sessions::testing::TrackerTest {
  protected:
    std::vector<QuarterPeak> closed(std::string_view account = "acme") {
        const std::uint16_t index = account == "*" ? 0 : tracker_.account_usage(account)->index;
        std::vector<QuarterPeak> peaks;
        for (const auto& one : feed_.closed_quarters()) {
            if (one.account == index) {
                peaks.push_back(one.peak);
            }
        }
        return peaks;
    }
    std::optional<QuarterPeak> running(std::string_view account = "acme") {
        const std::uint16_t index = account == "*" ? 0 : tracker_.account_usage(account)->index;
        return memory::running_quarter(segment_.layout(), index);
    }
    void roll() { tracker_.roll_quarters(0, 64, clock_.now()); }

    HistoryFeed feed_{tracker_};
};

TEST_F(Quarters, ABurstShorterThanASecondIsInTheMaximum) {
    begin(1);
    clock_.advance(4min);
    for (std::uint64_t session = 2; session <= 50; ++session) {
        begin(session);
    }
    const WallTime burst = clock_.now().wall;
    clock_.advance(1ms);
    for (std::uint64_t session = 2; session <= 50; ++session) {
        end(session);
    }
    clock_.advance(15min);
    roll();
    ASSERT_EQ(closed().size(), 1u);
    EXPECT_EQ(closed().front().peak, 50u);
    EXPECT_EQ(closed().front().at, burst);
    EXPECT_EQ(closed("*").front().peak, 50u);
}

TEST_F(Quarters, GuestsCountAndTheirNamesDoNot) {
    begin(1);
    begin(2, "alice");
    begin(3, "alice");
    EXPECT_EQ(running()->peak, 3u);
    EXPECT_EQ(running()->agents, 1u);
}

TEST_F(Quarters, TheSumIsCountedAtBeginNotAddedUp) {
    begin(1, {}, "acme");
    begin(2, {}, "acme");
    end(1);
    end(2);
    begin(3, {}, "globex");
    EXPECT_EQ(running("acme")->peak, 2u);
    EXPECT_EQ(running("globex")->peak, 1u);
    EXPECT_EQ(running("*")->peak, 2u) << "never three at once";
}

TEST_F(Quarters, TheInstantIsThatOfTheFirstMaximum) {
    begin(1);
    clock_.advance(3min);
    begin(2);
    const WallTime first = clock_.now().wall;
    clock_.advance(1min);
    end(2);
    clock_.advance(1min);
    begin(3);
    EXPECT_EQ(running()->peak, 2u);
    EXPECT_EQ(running()->at, first);
}

TEST_F(Quarters, WhoWasInItIsToldByTheSequence) {
    begin(1);
    begin(2);
    const std::uint64_t sequence = running()->sequence;
    Event event;
    ASSERT_EQ(feed_.read_event(sequence, event), EventRead::read);
    EXPECT_EQ(event.key, key(2)) << "the begin that made the maximum";
    EXPECT_EQ(event.kind, EventKind::begun);
}

TEST_F(Quarters, ASessionThatLivesThroughStartsTheNextOne) {
    begin(1);
    begin(2);
    clock_.advance(15min);
    end(2);
    ASSERT_EQ(closed().size(), 1u);
    EXPECT_EQ(closed().front().peak, 2u);
    EXPECT_EQ(running()->peak, 2u) << "it was there when the quarter hour began";
    EXPECT_EQ(running()->quarter, closed().front().quarter + 1);
    EXPECT_EQ(running()->at, clock_.now().wall);
}

TEST_F(Quarters, ABeginEndsTheOneBefore) {
    begin(1);
    end(1);
    clock_.advance(15min);
    begin(2);
    EXPECT_EQ(closed().size(), 1u);
    EXPECT_EQ(running()->peak, 1u);
}

TEST_F(Quarters, RollingAgainInTheSameOneChangesNothing) {
    begin(1);
    roll();
    roll();
    EXPECT_TRUE(closed().empty());
    EXPECT_EQ(running()->peak, 1u);
}

TEST_F(Quarters, OneWithoutSessionsIsMeasuredForAllAccountsTogether) {
    begin(1);
    end(1);
    clock_.advance(15min);
    roll();
    clock_.advance(15min);
    roll();
    ASSERT_EQ(closed("*").size(), 2u);
    EXPECT_EQ(closed("*").back().peak, 0u);
    EXPECT_EQ(closed("acme").size(), 0u) << "an account tells only of its own sessions";
    EXPECT_EQ(running("acme")->peak, 1u);
}

TEST_F(Quarters, RefusalsAreKeptAndStartAnew) {
    begin(1);
    const std::uint16_t account = tracker_.account_usage("acme")->index;
    segment_.layout().account(account).quarter_refused = 4;
    EXPECT_EQ(running()->refused, 4u);
    clock_.advance(15min);
    roll();
    EXPECT_EQ(closed().front().refused, 4u);
    EXPECT_EQ(running()->refused, 0u);
}

TEST_F(Quarters, AClockSetBackCountsNoQuarterHourTwice) {
    begin(1);
    begin(2);
    const std::int64_t present = running()->quarter;
    clock_.jump_wall(-15min);
    begin(3);
    EXPECT_EQ(running()->quarter, present - 1);
    clock_.jump_wall(15min);
    roll();
    EXPECT_EQ(running()->quarter, present);
    std::map<std::int64_t, std::uint32_t> peaks;
    for (const QuarterPeak& one : closed()) {
        peaks[one.quarter] = std::max(peaks[one.quarter], one.peak);
    }
    EXPECT_EQ(peaks, (std::map<std::int64_t, std::uint32_t>{{present - 1, 3}, {present, 2}}));
    EXPECT_EQ(running()->peak, 3u) << "who is there counts in the one that runs";
}

TEST_F(Quarters, AClockSetForwardMeasuresNothingBetween) {
    begin(1);
    const std::int64_t before = running()->quarter;
    clock_.jump_wall(6h);
    roll();
    ASSERT_EQ(closed().size(), 1u);
    EXPECT_EQ(closed().front().quarter, before);
    EXPECT_EQ(running()->quarter, before + 24);
}

TEST_F(Quarters, ClosedOnesWaitUntilTheyAreSaved) {
    begin(1);
    clock_.advance(15min);
    roll();
    const auto waiting = feed_.closed_quarters();
    ASSERT_FALSE(waiting.empty());
    HistoryFeed::Saved saved;
    saved.quarters = waiting.back().place + 1;
    feed_.note_saved(saved, clock_.now());
    EXPECT_TRUE(feed_.closed_quarters().empty());
}

TEST_F(Quarters, WhereNothingIsSavedTheOldestAreKeptAndTheLossIsCounted) {
    const std::uint64_t room = segment_.layout().geometry.quarters;
    for (std::uint64_t quarter = 0; quarter < room + 10; ++quarter) {
        clock_.advance(15min);
        roll();
    }
    const auto waiting = feed_.closed_quarters();
    EXPECT_EQ(waiting.size(), room);
    EXPECT_EQ(waiting.front().place, 0u);
    EXPECT_EQ(tracker_.history_status().lost, 9u) << "the first roll closes nothing";
}

TEST_F(Quarters, WhatTheHistoryDoesNotHaveYetIsTold) {
    begin(1);
    clock_.advance(15min);
    roll();
    clock_.advance(15min);
    const auto recent = tracker_.recent_quarters(tracker_.account_usage("acme")->index, clock_.now());
    ASSERT_EQ(recent.size(), 3u);
    EXPECT_EQ(recent[0].peak, 1u);
    EXPECT_EQ(recent[1].quarter, recent[0].quarter + 1);
    EXPECT_EQ(recent[2].quarter, memory::quarter_of(clock_.now().wall))
        << "though nothing has changed in it yet";
    EXPECT_EQ(recent[2].peak, 1u);
}

}  // namespace
}  // namespace agent_sessions::tracker
