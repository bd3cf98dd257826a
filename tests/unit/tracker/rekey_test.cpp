// Sessions that get another key: at a login, or to make room for the next one of the same cookie.
#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using namespace tracker;

class Rekey : public TrackerTest {
  protected:
    RekeyResult rekey(std::uint64_t from, std::uint64_t to) {
        return tracker_.rekey(find(from).handle, key(to), 0, clock_.now());
    }
    // The new cookie comes back.
    void present(std::uint64_t number) { tracker_.find_unproven(key(number), clock_.now(), true); }
    void sweep() { tracker_.sweep(0, 2000, clock_.now()); }
};

TEST_F(Rekey, KeepsTheRowAndItsPlace) {
    const SessionHandle handle = begin(1, "alice");
    const WallTime started = row(1).started;
    clock_.advance(1min);
    EXPECT_EQ(rekey(1, 2), RekeyResult::rekeyed);
    const Row after = row(2);
    EXPECT_EQ(after.handle, handle);
    EXPECT_EQ(after.key, key(2));
    EXPECT_EQ(after.started, started);
    EXPECT_EQ(after.agent, "alice");
    EXPECT_EQ(current(), 1U);
}

TEST_F(Rekey, TheEarlierKeyLeadsToTheSession) {
    begin(1, "alice");
    rekey(1, 2);
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(find(1).handle, find(2).handle);
    EXPECT_EQ(row(1).key, key(2));
    EXPECT_EQ(tracker_.key_of(find(1).handle), key(2));
}

TEST_F(Rekey, TheEarlierKeyIsUnknownHalfAMinuteAfterTheNewOneCame) {
    begin(1);
    rekey(1, 2);
    clock_.advance(20min);
    present(1);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live) << "the new one has not come yet";
    present(2);
    sweep();
    clock_.advance(30s);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    clock_.advance(1s);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::unknown);
    EXPECT_EQ(find(2).state, Found::State::live);
}

TEST_F(Rekey, AnEarlierKeyKeepsTheSessionAliveWithoutStandingForTheNewOne) {
    begin(1);
    rekey(1, 2);
    for (int times = 0; times < 4; ++times) {
        clock_.advance(20min);
        present(1);
        sweep();
    }
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(find(2).state, Found::State::live);
}

TEST_F(Rekey, EndingByEitherKeyEndsBoth) {
    for (const std::uint64_t by : {1, 2}) {
        const std::uint64_t first = 10 * by;
        begin(first);
        rekey(first, first + 1);
        EXPECT_EQ(end(first + by - 1), EndResult::ended);
        for (const std::uint64_t number : {first, first + 1}) {
            EXPECT_EQ(find(number).state, Found::State::ended);
            EXPECT_EQ(find(number).reason, EndReason::administrator);
            EXPECT_EQ(tracker_.ended_facts(find(number).handle)->key, key(first + 1));
        }
        EXPECT_EQ(end(first), EndResult::already_gone);
    }
    clock_.advance(24h);
    sweep();
    EXPECT_EQ(find(10).state, Found::State::ended) << "for as long as the session is remembered";
    clock_.advance(24h);
    sweep();
    sweep();
    EXPECT_EQ(find(10).state, Found::State::unknown);
    EXPECT_EQ(tracker_.figures().ended, 0U);
}

TEST_F(Rekey, SeveralKeysOneAfterTheOtherLeadToTheSession) {
    begin(1);
    rekey(1, 2);
    EXPECT_EQ(rekey(1, 3), RekeyResult::rekeyed) << "two answers to requests with the first key";
    for (const std::uint64_t number : {1, 2, 3}) {
        EXPECT_EQ(tracker_.key_of(find(number).handle), key(3));
    }
    EXPECT_EQ(rekey(1, 1), RekeyResult::rekeyed) << "back to the first";
    for (const std::uint64_t number : {1, 2, 3}) {
        EXPECT_EQ(tracker_.key_of(find(number).handle), key(1));
    }
}

TEST_F(Rekey, NeverTakesTheKeyOfAnotherSession) {
    begin(1, "alice");
    begin(2, "bob");
    begin(3, "carol");
    end(3);
    EXPECT_EQ(rekey(1, 2), RekeyResult::taken);
    EXPECT_EQ(rekey(1, 3), RekeyResult::taken);
    rekey(2, 4);
    EXPECT_EQ(rekey(1, 2), RekeyResult::taken) << "it still leads to another";
    EXPECT_EQ(row(1).agent, "alice");
    EXPECT_EQ(row(2).agent, "bob");
}

TEST_F(Rekey, OnlyLiveSessionsGetOne) {
    begin(1);
    const SessionHandle handle = find(1).handle;
    EXPECT_EQ(rekey(1, 1), RekeyResult::unchanged);
    end(1);
    EXPECT_EQ(tracker_.rekey(handle, key(2), 0, clock_.now()), RekeyResult::gone);
    EXPECT_EQ(find(2).state, Found::State::unknown);
}

TEST_F(Rekey, BeginningWithAnEarlierKeyFindsTheSession) {
    begin(1);
    rekey(1, 2);
    const Begun begun = tracker_.begin(request(1), clock_.now());
    EXPECT_EQ(begun.result, BeginResult::already_live);
    EXPECT_EQ(begun.handle, find(2).handle);
}

TEST_F(Rekey, AnEarlierKeyWhoseSessionIsGoneBeginsAnew) {
    begin(1, "alice");
    rekey(1, 2);
    end(1, EndReason::idle);
    EXPECT_TRUE(tracker_.set_aside(find(1).handle, key(2), key(3), clock_.now()));
    EXPECT_EQ(find(1).state, Found::State::unknown);
    begin(1, "bob");
    EXPECT_EQ(row(1).agent, "bob");
}

TEST_F(Rekey, SettingAsideMakesTheKeyFreeForTheNextSession) {
    begin(1, "alice");
    end(1, EndReason::logout);
    const SessionHandle before = find(1).handle;
    EXPECT_TRUE(tracker_.set_aside(before, key(1), key(2), clock_.now()));
    EXPECT_EQ(find(2).reason, EndReason::logout);
    begin(1, "bob");
    EXPECT_EQ(row(1).agent, "bob");
    EXPECT_FALSE(tracker_.set_aside(before, key(1), key(3), clock_.now())) << "it was by somebody else";
}

TEST_F(Rekey, WhatAPersonClosedIsNeverSetAside) {
    begin(1);
    EXPECT_FALSE(tracker_.set_aside(find(1).handle, key(1), key(2), clock_.now())) << "it lives";
    end(1);
    EXPECT_FALSE(tracker_.set_aside(find(1).handle, key(1), key(2), clock_.now()));
    EXPECT_EQ(find(1).state, Found::State::ended);
}

TEST_F(Rekey, AClosedForeignCookieIsRefusedForItsDays) {
    BeginRequest foreign = request(1);
    foreign.memory_days = 30;
    tracker_.begin(foreign, clock_.now());
    tracker_.begin(request(2), clock_.now());
    end(1);
    end(2);
    clock_.advance(24h * 30);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::ended);
    EXPECT_EQ(find(2).state, Found::State::unknown);
    clock_.advance(25h);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::unknown);
}

TEST_F(Rekey, StrangersPushOutOnlyEachOther) {
    tracker_.note_stranger(key(1), clock_.now());
    EXPECT_TRUE(tracker_.is_on_probation(key(1)));
    EXPECT_FALSE(tracker_.is_on_probation(key(2)));
    begin(3);
    clock_.advance(1s);
    for (std::uint64_t number = 100; number < 20'000; ++number) {
        tracker_.note_stranger(key(number), clock_.now());
    }
    EXPECT_FALSE(tracker_.is_on_probation(key(1)));
    EXPECT_TRUE(tracker_.is_on_probation(key(19'999)));
    EXPECT_EQ(find(3).state, Found::State::live);
    EXPECT_EQ(tracker_.figures().live, 1U);
}

// The same as the agent of an issued cookie becomes known.
class Renew : public Rekey {
  protected:
    RekeyResult renew(std::uint64_t from, std::uint64_t to) {
        return tracker_.renew(find(from).handle, key(from), {key(to), {true, 7, clock_.now().wall}, 1},
                              clock_.now());
    }
};

TEST_F(Renew, OnlyFromTheSessionsOwnKeySoThatOfSeveralAnswersOneRenews) {
    begin(1);
    EXPECT_EQ(renew(1, 2), RekeyResult::rekeyed);
    EXPECT_EQ(renew(1, 3), RekeyResult::taken);
    EXPECT_EQ(tracker_.key_of(find(1).handle), key(2));
}

TEST_F(Renew, WhatItCameFromIsToldUntilTheNewKeyWasSeen) {
    begin(1);
    EXPECT_FALSE(tracker_.unseen_renewal(key(1)).available);
    renew(1, 2);
    EXPECT_EQ(tracker_.unseen_renewal(key(1)).nonce, 7U);
    EXPECT_FALSE(tracker_.unseen_renewal(key(2)).available);
    EXPECT_FALSE(tracker_.is_seen(find(1).handle));
    present(1);
    EXPECT_TRUE(tracker_.unseen_renewal(key(1)).available);
    present(2);
    EXPECT_FALSE(tracker_.unseen_renewal(key(1)).available);
    EXPECT_TRUE(tracker_.is_seen(find(1).handle));
}

TEST_F(Renew, TouchedByTheEarlierKeyTheNewOneWasNotSeen) {
    begin(1);
    renew(1, 2);
    EXPECT_TRUE(tracker_.touch(find(1).handle, key(1), clock_.now()));
    EXPECT_FALSE(tracker_.is_seen(find(1).handle));
    EXPECT_TRUE(tracker_.touch(find(1).handle, key(2), clock_.now()));
    EXPECT_TRUE(tracker_.is_seen(find(1).handle));
}

TEST_F(Renew, WithoutRoomForTheEarlierKeyNothingChanges) {
    const std::uint64_t slots = segment_.layout().geometry.slots;
    std::uint64_t number = 1;
    for (; number <= segment_.layout().geometry.capacity; ++number) {
        begin(number);
    }
    std::uint64_t renewed = 0;
    while (renew(renewed + 1, number + renewed) == RekeyResult::rekeyed) {
        ++renewed;
    }
    EXPECT_EQ(renewed, slots - segment_.layout().geometry.capacity);
    EXPECT_EQ(renew(renewed + 1, number + renewed), RekeyResult::no_room);
    EXPECT_EQ(tracker_.key_of(find(renewed + 1).handle), key(renewed + 1));
    for (std::uint64_t newer = number; newer < number + renewed; ++newer) {
        present(newer);
    }
    sweep();
    // Each try looks at a few slots more.
    RekeyResult result = RekeyResult::no_room;
    for (std::uint64_t tries = 0; result == RekeyResult::no_room && tries < slots; ++tries) {
        result = renew(renewed + 1, number + renewed);
    }
    EXPECT_EQ(result, RekeyResult::rekeyed) << "an earlier key whose newer one was seen gives way";
}

TEST_F(Renew, WhoNeverTakesTheNewCookieKeepsNobodyOut) {
    const std::uint64_t capacity = segment_.layout().geometry.capacity;
    for (std::uint64_t number = 1; number <= capacity; ++number) {
        begin(number);
        for (std::uint64_t time = 0; time < 4; ++time) {
            renew(number + time * capacity, number + (time + 1) * capacity);
        }
    }
    ASSERT_LT(segment_.layout().geometry.slots, 5 * capacity) << "there was no room for all of them";
    EXPECT_EQ(tracker_.figures().live, capacity);
}

TEST_F(Renew, AClosedSessionIsRememberedForAsLongAsItsNewerCookieCouldBeGood) {
    BeginRequest begin_request = request(1);
    begin_request.lifetime.absolute = 12h;
    tracker_.begin(begin_request, clock_.now());
    for (int time = 0; time < 47; ++time) {
        clock_.advance(15min);
        present(1);
    }
    renew(1, 2);
    end(1);
    clock_.advance(47h);
    sweep();
    EXPECT_EQ(find(2).state, Found::State::ended);
    clock_.advance(2h);
    sweep();
    EXPECT_EQ(find(2).state, Found::State::unknown);
}

TEST_F(Renew, ANameThatWasTakenOverIsNoneOfItsOwn) {
    begin(1, "alice");
    EXPECT_TRUE(tracker_.has_own_name(find(1).handle));
    EXPECT_TRUE(tracker_.is_named(find(1).handle, "alice"));
    EXPECT_FALSE(tracker_.is_named(find(1).handle, "bob"));
    end(1);
    BeginRequest next = request(2);
    next.predecessor = key(1);
    tracker_.begin(next, clock_.now());
    EXPECT_FALSE(tracker_.has_own_name(find(2).handle));
    EXPECT_FALSE(tracker_.is_named(find(2).handle, "alice"));
}

}  // namespace
}  // namespace agent_sessions::testing
