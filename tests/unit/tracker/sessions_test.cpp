#include "tests/unit/tracker/tracker_test.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using State = Found::State;
using namespace std::chrono_literals;

class Sessions : public TrackerTest {};

TEST_F(Sessions, AnUnknownKeyIsUnknown) {
    EXPECT_EQ(find(1).state, State::unknown);
}

TEST_F(Sessions, ABegunSessionIsLiveCountedAndListed) {
    const SessionHandle handle = begin(1, "alice");
    const Found found = find(1);
    EXPECT_EQ(found.state, State::live);
    EXPECT_EQ(found.handle, handle);
    EXPECT_EQ(current(), 1U);
    EXPECT_EQ(tracker_.overall_usage().current, 1U);
    EXPECT_EQ(row(1).agent, "alice");
    EXPECT_TRUE(row(1).identified);
}

TEST_F(Sessions, BeginningTwiceWithOneKeyBeginsOnce) {
    const SessionHandle handle = begin(1);
    const Begun again = tracker_.begin(request(1), clock_.now());
    EXPECT_EQ(again.result, BeginResult::already_live);
    EXPECT_EQ(again.handle, handle);
    EXPECT_EQ(current(), 1U);
}

TEST_F(Sessions, AnEndedKeyNeverBeginsAgain) {
    begin(1);
    EXPECT_EQ(end(1), EndResult::ended);
    EXPECT_EQ(tracker_.begin(request(1), clock_.now()).result, BeginResult::already_ended);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Sessions, EndingFreesTheLicenceAtOnceAndIsRememberedWithWhoAndWhy) {
    const SessionHandle handle = begin(1, "alice");
    EXPECT_EQ(end(1), EndResult::ended);
    EXPECT_EQ(current(), 0U);
    EXPECT_EQ(find(1).state, State::ended);
    EXPECT_EQ(find(1).reason, EndReason::administrator);
    const auto facts = tracker_.ended_facts(handle);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->agent, "alice");
    EXPECT_EQ(facts->by, "root");
    EXPECT_EQ(facts->message, "bye");
    EXPECT_EQ(facts->account, "acme");
    Row gone;
    EXPECT_FALSE(tracker_.read_row(key(1), clock_.now(), gone));
}

TEST_F(Sessions, AHandleTellsWhetherItsSessionLives) {
    const SessionHandle handle = begin(1);
    EXPECT_TRUE(tracker_.is_live(handle));
    EXPECT_FALSE(tracker_.is_live({handle.slot, handle.generation + 1})) << "another use of the slot";
    EXPECT_FALSE(tracker_.is_live({~std::uint32_t{0}, handle.generation}));
    end(1);
    EXPECT_FALSE(tracker_.is_live(handle));
}

TEST_F(Sessions, EndingTwiceTellsThatItWasGone) {
    begin(1);
    EXPECT_EQ(end(1), EndResult::ended);
    EXPECT_EQ(end(1), EndResult::already_gone);
    EXPECT_EQ(end(2), EndResult::not_found);
}

TEST_F(Sessions, ATouchNeverRevivesAnEndedSession) {
    const SessionHandle handle = begin(1);
    end(1);
    clock_.advance(5s);
    EXPECT_FALSE(tracker_.touch(handle, clock_.now()));
    EXPECT_EQ(find(1).state, State::ended);
}

TEST_F(Sessions, ATouchOfAnEarlierUseOfTheSlotDoesNothing) {
    const SessionHandle handle = begin(1);
    end(1, EndReason::logout);
    clock_.advance(31min + 1min);
    tracker_.sweep(0, 100, clock_.now());
    const SessionHandle next = begin(2);
    EXPECT_EQ(next.slot, handle.slot);
    clock_.advance(5s);
    EXPECT_FALSE(tracker_.touch(handle, clock_.now()));
    EXPECT_TRUE(tracker_.touch(next, clock_.now()));
}

TEST_F(Sessions, TheTimeLeftShrinksUntilATouchAndIsNeverNegative) {
    const SessionHandle handle = begin(1);
    clock_.advance(10min);
    const auto left = tracker_.time_left(handle, clock_.now());
    ASSERT_TRUE(left);
    EXPECT_LE(left->idle, Lifetime{}.idle - 10min);
    EXPECT_GT(left->idle, Lifetime{}.idle - 10min - 2s);
    EXPECT_LE(left->absolute, Lifetime{}.absolute - 10min);
    tracker_.touch(handle, clock_.now());
    EXPECT_GT(tracker_.time_left(handle, clock_.now())->idle, Lifetime{}.idle - 2s);
    clock_.advance(Lifetime{}.absolute);
    EXPECT_EQ(tracker_.time_left(handle, clock_.now())->idle, 0s);
    EXPECT_EQ(tracker_.time_left(handle, clock_.now())->absolute, 0s);
    end(1);
    EXPECT_FALSE(tracker_.time_left(handle, clock_.now()));
}

TEST_F(Sessions, IdleTimeoutCountsFromTheLastTouch) {
    const SessionHandle handle = begin(1);
    clock_.advance(29min);
    EXPECT_TRUE(tracker_.touch(handle, clock_.now()));
    clock_.advance(29min);
    EXPECT_EQ(find(1).state, State::live);
    clock_.advance(2min);
    EXPECT_EQ(find(1).state, State::ended);
    EXPECT_EQ(find(1).reason, EndReason::idle);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Sessions, AbsoluteTimeoutIsNotMovedByTouches) {
    const SessionHandle handle = begin(1);
    for (int hours = 0; hours < 48; ++hours) {
        clock_.advance(15min);
        EXPECT_TRUE(tracker_.touch(handle, clock_.now()));
    }
    clock_.advance(2s);
    EXPECT_EQ(find(1).reason, EndReason::absolute);
}

TEST_F(Sessions, AJumpOfTheWallClockEndsNothing) {
    begin(1);
    clock_.jump_wall(24h * 40);
    EXPECT_EQ(find(1).state, State::live);
    clock_.jump_wall(-24h * 80);
    EXPECT_EQ(find(1).state, State::live);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(current(), 1U);
}

TEST_F(Sessions, TheSweepEndsWhatNobodyAsksFor) {
    begin(1);
    begin(2);
    clock_.advance(31min);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(current(), 0U);
    EXPECT_EQ(tracker_.figures().live, 0U);
    EXPECT_EQ(tracker_.figures().ended, 2U);
}

TEST_F(Sessions, AnEndedCookieIsRememberedUntilItCouldNotBeValidAnyMore) {
    begin(1);
    end(1);
    clock_.advance(12h + 23h);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(find(1).state, State::ended);
    clock_.advance(2h);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(find(1).state, State::unknown);
    EXPECT_EQ(tracker_.figures().ended, 0U);
}

TEST_F(Sessions, AFullTableBeginsNothingMoreAndEvictsNothing) {
    for (std::uint64_t i = 1; i <= kMinCapacity; ++i) {
        begin(i);
    }
    EXPECT_EQ(tracker_.begin(request(5000), clock_.now()).result, BeginResult::table_full);
    EXPECT_EQ(current(), kMinCapacity);
    EXPECT_EQ(find(1).state, State::live);
    end(1);
    EXPECT_EQ(tracker_.begin(request(5000), clock_.now()).result, BeginResult::begun);
    EXPECT_EQ(find(1).state, State::ended);
}

TEST_F(Sessions, EndedCookiesThatProtectAreNeverEvictedAndRunOutOnesMakeRoom) {
    const std::uint64_t slots = tracker_.figures().slots;
    for (std::uint64_t i = 1; i <= slots; ++i) {
        begin(i);
        ASSERT_EQ(end(i, i <= 10 ? EndReason::idle : EndReason::administrator), EndResult::ended);
    }
    for (std::uint64_t i = 0; i < 10; ++i) {
        // Each begin looks at a bounded number of slots for room, so some may be refused before one is found.
        Begun begun;
        for (int attempt = 0; attempt < 100 && begun.result != BeginResult::begun; ++attempt) {
            begun = tracker_.begin(request(100'000 + i), clock_.now());
        }
        EXPECT_EQ(begun.result, BeginResult::begun);
    }
    for (int attempt = 0; attempt < 100; ++attempt) {
        ASSERT_EQ(tracker_.begin(request(200'000), clock_.now()).result, BeginResult::table_full);
    }
    for (std::uint64_t i = 11; i <= slots; ++i) {
        ASSERT_EQ(find(i).state, State::ended);
    }
}

// Agents who log in and out filled the table until their cookies would have been twelve hours old.
TEST_F(Sessions, LoggedOutOnesMakeRoomOnceTheirCookiesCanBeginNothing) {
    const std::uint64_t slots = tracker_.figures().slots;
    for (std::uint64_t i = 1; i <= slots; ++i) {
        begin(i);
        ASSERT_EQ(end(i, i == 1 ? EndReason::administrator : EndReason::logout), EndResult::ended);
    }
    const auto begin_at_last = [this](std::uint64_t number) {
        Begun begun;
        for (int attempt = 0; attempt < 100 && begun.result != BeginResult::begun; ++attempt) {
            begun = tracker_.begin(request(number), clock_.now());
        }
        return begun.result;
    };
    EXPECT_EQ(begin_at_last(100'000), BeginResult::table_full);
    clock_.advance(request(1).lifetime.idle + 2s);
    for (std::uint64_t number = 100'001; number < 100'011; ++number) {
        EXPECT_EQ(begin_at_last(number), BeginResult::begun);
    }
    EXPECT_EQ(find(1).state, State::ended);
}

TEST_F(Sessions, ASessionTakenUpAgainKeepsItsAbsoluteLimit) {
    BeginRequest taken_up = request(1);
    taken_up.started -= 11h;
    EXPECT_EQ(tracker_.begin(taken_up, clock_.now()).result, BeginResult::begun);
    EXPECT_EQ(row(1).started, clock_.now().wall - 11h);
    for (int i = 0; i < 4; ++i) {
        clock_.advance(15min);
        tracker_.touch(find(1).handle, clock_.now());
    }
    clock_.advance(2s);
    EXPECT_EQ(find(1).reason, EndReason::absolute);
}

TEST_F(Sessions, AnUnsettledEndIsRefusedAtOnceAndCountedOnceSettled) {
    const SessionHandle handle = begin(1, "alice");
    const auto turned = memory::turn_to_ending(segment_.layout(), handle.slot, handle.generation,
                                               EndReason::administrator, clock_.now().boot);
    EXPECT_TRUE(turned.by_us);
    EXPECT_EQ(find(1).state, State::ended);
    EXPECT_FALSE(tracker_.touch(handle, clock_.now()));
    EXPECT_TRUE(tracker_.settle(key(1), {EndReason::administrator, "root", "words"}, clock_.now()));
    EXPECT_EQ(current(), 0U);
    EXPECT_EQ(tracker_.ended_facts(handle)->message, "words");
}

TEST_F(Sessions, TheSweepSettlesWhatAKilledWorkerLeft) {
    const SessionHandle handle = begin(1);
    memory::turn_to_ending(segment_.layout(), handle.slot, handle.generation, EndReason::administrator,
                           clock_.now().boot);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(tracker_.figures().live, 1U);
    clock_.advance(2s);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(tracker_.figures().live, 0U);
    EXPECT_EQ(current(), 0U);
}

// Strangers may ask for what is not there as fast as they like, and wait for nobody.
TEST_F(Sessions, AnUnprovenMissNeverComesNearTheLock) {
    begin(1);
    Tracker hasty(tracker_.layout(), Waiting::event_loop);
    const tracker::memory::ZoneGuard held(*tracker_.layout(), Waiting::event_loop);
    ASSERT_TRUE(held);
    EXPECT_EQ(hasty.find_unproven(key(2), clock_.now()).state, State::unknown);
    EXPECT_EQ(hasty.find(key(2), clock_.now()).state, State::busy);
    EXPECT_EQ(hasty.find_unproven(key(1), clock_.now()).state, State::live);
}

TEST_F(Sessions, AnUnprovenLookFindsAndEndsLikeAProvenOne) {
    const SessionHandle handle = begin(1);
    EXPECT_EQ(tracker_.find_unproven(key(1), clock_.now()).handle, handle);
    clock_.advance(Lifetime{}.idle + Millis(2000));
    const Found found = tracker_.find_unproven(key(1), clock_.now());
    EXPECT_EQ(found.state, Found::State::ended);
    EXPECT_EQ(found.reason, EndReason::idle);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Sessions, AnUnprovenLookTouchesWhereAsked) {
    const SessionHandle handle = begin(1);
    const WallTime begun = row(1).last_seen;
    clock_.advance(1min);
    tracker_.find_unproven(key(1), clock_.now());
    EXPECT_EQ(row(1).last_seen, begun);
    const Found found = tracker_.find_unproven(key(1), clock_.now(), true);
    EXPECT_EQ(found.state, State::live);
    EXPECT_EQ(found.handle, handle);
    EXPECT_EQ(row(1).last_seen, begun + 1min);
}

TEST_F(Sessions, RequestsAreCountedFromTheOneThatBegan) {
    const SessionHandle handle = begin(1);
    begin(2);
    EXPECT_EQ(row(1).requests, 1U);
    tracker_.count_request(handle);
    tracker_.count_request(handle);
    EXPECT_EQ(row(1).requests, 3U);
    EXPECT_EQ(row(2).requests, 1U);
}

TEST_F(Sessions, AnUnprovenLookRevivesNothing) {
    begin(1);
    begin(2);
    tracker_.end(key(1), {EndReason::administrator}, clock_.now());
    EXPECT_EQ(tracker_.find_unproven(key(1), clock_.now(), true).reason, EndReason::administrator);
    clock_.advance(Lifetime{}.idle + 2s);
    EXPECT_EQ(tracker_.find_unproven(key(2), clock_.now(), true).reason, EndReason::idle);
    EXPECT_EQ(tracker_.find_unproven(key(2), clock_.now(), true).state, State::ended);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Sessions, RefsAreHexadecimalAndStrict) {
    const SessionKey some{0x0123456789abcdefU, 0xfedcba9876543210U};
    EXPECT_EQ(to_ref(some), "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(parse_ref(to_ref(some)), some);
    EXPECT_FALSE(parse_ref("0123456789ABCDEFfedcba9876543210"));
    EXPECT_FALSE(parse_ref("0123456789abcdeffedcba987654321"));
    EXPECT_FALSE(parse_ref("0123456789abcdeffedcba98765432100"));
    EXPECT_FALSE(parse_ref("+123456789abcdeffedcba9876543210"));
    EXPECT_FALSE(parse_ref(""));
}

}  // namespace
}  // namespace agent_sessions::testing
