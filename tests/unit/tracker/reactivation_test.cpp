#include "tests/unit/tracker/tracker_test.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;

class Reactivation : public TrackerTest {};

TEST_F(Reactivation, AMarkWorksOnce) {
    const SessionHandle handle = begin(1);
    EXPECT_FALSE(tracker_.use_reactivation(handle, 0));
    end(1);
    EXPECT_FALSE(tracker_.use_reactivation(handle, 1));
    EXPECT_TRUE(tracker_.use_reactivation(handle, 0));
    EXPECT_FALSE(tracker_.use_reactivation(handle, 0));
    EXPECT_EQ(tracker_.ended_facts(handle)->reactivations, 1U);
}

TEST_F(Reactivation, TheUrlsOfTheMessageAreRememberedTheOldestGivesWay) {
    const SessionHandle handle = begin(1);
    EXPECT_FALSE(tracker_.note_message_shown(handle, 7));
    end(1);
    EXPECT_FALSE(tracker_.was_message_shown(handle, 7));
    EXPECT_TRUE(tracker_.note_message_shown(handle, 7));
    EXPECT_TRUE(tracker_.note_message_shown(handle, 7));
    for (std::uint32_t url = 10; url < 13; ++url) {
        tracker_.note_message_shown(handle, url);
    }
    EXPECT_TRUE(tracker_.was_message_shown(handle, 7));
    tracker_.note_message_shown(handle, 99);
    EXPECT_FALSE(tracker_.was_message_shown(handle, 7));
    EXPECT_TRUE(tracker_.was_message_shown(handle, 99));
}

TEST_F(Reactivation, TabsOfARunOutSessionGetTheSameSuccessorForTenSeconds) {
    const SessionHandle handle = begin(1);
    end(1, EndReason::idle);
    const Successor first = tracker_.successor(handle, 111, clock_.now());
    EXPECT_TRUE(first.available);
    EXPECT_EQ(first.nonce, 111U);
    clock_.advance(9s);
    EXPECT_EQ(tracker_.successor(handle, 222, clock_.now()).nonce, 111U);
    EXPECT_EQ(tracker_.successor(handle, 222, clock_.now()).issued, first.issued);
    clock_.advance(2s);
    EXPECT_EQ(tracker_.successor(handle, 333, clock_.now()).nonce, 333U);
}

TEST_F(Reactivation, ASuccessorWhoseCookieNeverCameBackIsPromisedAgain) {
    const SessionHandle handle = begin(1);
    end(1, EndReason::idle);
    tracker_.successor(handle, 111, clock_.now());
    BeginRequest next = request(2);
    next.confirmed = false;
    const Begun begun = tracker_.begin(next, clock_.now());
    tracker_.note_successor(handle, key(2));
    clock_.advance(60s);
    EXPECT_EQ(tracker_.successor(handle, 222, clock_.now()).nonce, 111U);
    tracker_.touch(begun.handle, clock_.now());
    EXPECT_EQ(tracker_.successor(handle, 333, clock_.now()).nonce, 333U);
}

TEST_F(Reactivation, ARunOutCookieOfWhichNothingIsLeftCanBeRemembered) {
    const Remembered remembered =
        tracker_.remember_run_out(key(1), clock_.now().wall - 2h, "acme", Lifetime{}, clock_.now());
    ASSERT_TRUE(remembered);
    EXPECT_EQ(find(1).state, Found::State::ended);
    EXPECT_EQ(find(1).reason, EndReason::idle);
    EXPECT_TRUE(tracker_.successor(remembered.handle, 5, clock_.now()).available);
    EXPECT_EQ(current(), 0U);
    const Remembered again =
        tracker_.remember_run_out(key(1), clock_.now().wall, "acme", Lifetime{}, clock_.now());
    EXPECT_EQ(again.handle, remembered.handle);
}

TEST_F(Reactivation, ACookieThatWaitsForRoomKnowsItsAgent) {
    begin(1, "alice");
    end(1);
    const auto waits = [this](std::uint64_t number, std::uint64_t before, std::string_view account = "acme") {
        return bool(tracker_.remember_run_out(key(number), clock_.now().wall, account, Lifetime{},
                                              clock_.now(), key(before)));
    };
    ASSERT_TRUE(waits(2, 1));
    EXPECT_EQ(tracker_.ended_facts(find(2).handle)->agent, "alice");
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 0U) << "nobody is in";
    BeginRequest next = request(3);
    next.predecessor = key(2);
    tracker_.begin(next, clock_.now());
    EXPECT_EQ(row(3).agent, "alice");
    EXPECT_EQ(tracker_.identify(row(3).handle, "bob", clock_.now()), IdentifyResult::named)
        << "until the application says otherwise";

    begin(4, "carol");
    end(4, EndReason::logout);
    ASSERT_TRUE(waits(5, 4));
    EXPECT_EQ(tracker_.ended_facts(find(5).handle)->agent, "") << "never after a logout";
    ASSERT_TRUE(waits(6, 1, "globex"));
    EXPECT_EQ(tracker_.ended_facts(find(6).handle)->agent, "") << "nor in another account";
}

TEST_F(Reactivation, WhatCannotBeRememberedIsToldApart) {
    const auto remember = [this](Tracker tracker) {
        return tracker.remember_run_out(key(999'999), clock_.now().wall, "acme", Lifetime{}, clock_.now())
            .result;
    };
    {
        const memory::ZoneGuard busy(segment_.layout(), Waiting::patient);
        EXPECT_EQ(remember(segment_.tracker(Waiting::event_loop)), Remembered::Result::busy);
    }
    for (std::uint64_t number = 1; number <= segment_.layout().geometry.slots; ++number) {
        begin(number);
        end(number);
    }
    EXPECT_EQ(remember(tracker_), Remembered::Result::no_room) << "told ends give way to nothing";
}

TEST_F(Reactivation, WhatComesAfterASessionThatRanOutIsPromisedThoughNobodyHasSettledIt) {
    const SessionHandle handle = begin(1, "alice");
    memory::turn_to_ending(segment_.layout(), handle.slot, handle.generation, EndReason::idle,
                           clock_.now().boot);
    EXPECT_EQ(tracker_.successor(handle, 7, clock_.now()).nonce, 7U);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Reactivation, WhatComesAfterASessionThatIsToBeToldWaitsUntilItIsSettled) {
    BeginRequest begin = request(1, "alice");
    begin.label = "night shift";
    begin.address = "192.0.2.7";
    const SessionHandle handle = tracker_.begin(begin, clock_.now()).handle;
    memory::turn_to_ending(segment_.layout(), handle.slot, handle.generation, EndReason::administrator,
                           clock_.now().boot);
    EXPECT_FALSE(tracker_.successor(handle, 7, clock_.now()).available);
    tracker_.note_successor(handle, key(2));
    EXPECT_FALSE(tracker_.ended_facts(handle)->followed);
    EXPECT_EQ(row(1).label, "night shift");
    EXPECT_EQ(row(1).address, "192.0.2.7");
    tracker_.settle(key(1), {EndReason::administrator, "root", "words"}, clock_.now());
    EXPECT_TRUE(tracker_.successor(handle, 7, clock_.now()).available);
    EXPECT_EQ(tracker_.ended_facts(handle)->by, "root");
    tracker_.note_successor(handle, key(2));
    EXPECT_TRUE(tracker_.ended_facts(handle)->followed);
}

}  // namespace
}  // namespace agent_sessions::testing
