// What was written from one segment comes back in another, as after a power cut.
#include "tracker/history/loader.h"

#include <gtest/gtest.h>

#include "tests/unit/history/followed_history.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;
using agent_sessions::testing::MemorySegment;

class Loading : public FollowedHistory {
  protected:
    Loading() { after_.layout().uuid[0] ^= 0xff; }

    void TearDown() override {
        EXPECT_EQ(revived_.validate(), std::vector<std::string>{});
        FollowedHistory::TearDown();
    }

    Load load() {
        Load result = load_at_start(revived_, path(), clock_.now());
        EXPECT_EQ(result.fault, "");
        return result;
    }
    Found revived(std::uint64_t session) { return revived_.find(key(session), clock_.now()); }
    Row revived_row(std::uint64_t session) {
        Row row;
        EXPECT_TRUE(revived_.read_row(key(session), clock_.now(), row));
        return row;
    }

    MemorySegment after_;
    Tracker revived_ = after_.tracker();
};

TEST_F(Loading, LiveSessionsComeBackAsTheyWere) {
    BeginRequest alice = request(1, "alice");
    alice.label = "billing";
    alice.address = "192.0.2.1";
    alice.user_agent = "Firefox";
    alice.time_zone = "Europe/Paris";
    tracker_.begin(alice, clock_.now());
    begin(2);
    follow();
    clock_.advance(3h);
    const Load loaded = load();
    EXPECT_EQ(loaded.what.live, 2u);
    const Row row = revived_row(1);
    EXPECT_EQ(row.agent, "alice");
    EXPECT_EQ(row.label, "billing");
    EXPECT_EQ(row.address, "192.0.2.1");
    EXPECT_EQ(row.user_agent, "Firefox");
    EXPECT_EQ(row.started, alice.started);
    EXPECT_TRUE(row.recorded);
    EXPECT_EQ(revived_.account_usage("acme")->current, 2u);
    EXPECT_EQ(revived_.account_usage("acme")->time_zone, "Europe/Paris");
}

TEST_F(Loading, TheAbsoluteLimitDoesNotMoveAndTheIdleOneBeginsAnew) {
    begin(1);
    follow();
    clock_.advance(11h);
    load();
    clock_.advance(29min);
    EXPECT_EQ(revived(1).state, Found::State::live);
    revived_.touch(revived(1).handle, clock_.now());
    clock_.advance(29min);
    EXPECT_EQ(revived(1).state, Found::State::live);
    revived_.touch(revived(1).handle, clock_.now());
    clock_.advance(3min);
    EXPECT_EQ(revived(1).reason, EndReason::absolute);
}

TEST_F(Loading, WhatWasOverItsLimitMeanwhileIsOver) {
    begin(1);
    follow();
    clock_.advance(13h);
    EXPECT_EQ(load().what.live, 0u);
    EXPECT_NE(revived(1).state, Found::State::live);
    EXPECT_EQ(number("SELECT ended_at - began_at FROM session"), Millis(12h).count());
}

TEST_F(Loading, WhatGotAnotherKeyStaysEndedUnderIt) {
    begin(1, "alice");
    follow();
    tracker_.rekey(tracker_.find(key(1), clock_.now()).handle, key(2), 0, clock_.now());
    follow();
    end(2);
    follow();
    EXPECT_EQ(number("SELECT count(*) FROM session"), 1);
    EXPECT_EQ(load().what.ended, 1u);
    ASSERT_EQ(revived(2).state, Found::State::ended);
    EXPECT_EQ(revived_.ended_facts(revived(2).handle)->agent, "alice");
    EXPECT_EQ(revived(1).state, Found::State::ended) << "the earlier one still led to it";
}

TEST_F(Loading, AClosedForeignCookieStaysRefusedForItsDays) {
    BeginRequest foreign = request(1, "alice");
    foreign.memory_days = 30;
    tracker_.begin(foreign, clock_.now());
    follow();
    end(1);
    follow();
    clock_.advance(24h * 29);
    EXPECT_EQ(load().what.ended, 1u);
    EXPECT_EQ(revived(1).state, Found::State::ended);
}

TEST_F(Loading, WhatWasEndedStaysEnded) {
    begin(1, "alice");
    begin(2);
    begin(3);
    end(1);
    end(2, EndReason::logout);
    follow();
    EXPECT_EQ(load().what.ended, 2u);
    ASSERT_EQ(revived(1).state, Found::State::ended);
    const auto facts = revived_.ended_facts(revived(1).handle);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->reason, EndReason::administrator);
    EXPECT_EQ(facts->message, "bye");
    EXPECT_EQ(facts->by, "root");
    EXPECT_EQ(facts->agent, "alice");
    EXPECT_EQ(revived(2).reason, EndReason::logout);
    EXPECT_EQ(revived(3).state, Found::State::live);
}

TEST_F(Loading, ALogoutIsRememberedForAsLongAsUnknownCookiesAreTakenUp) {
    begin(1);
    end(1, EndReason::logout);
    follow();
    clock_.advance(2h);
    load();
    revived_.sweep(0, 4096, clock_.now());
    EXPECT_EQ(revived(1).reason, EndReason::logout);
}

TEST_F(Loading, EndedOnesNeverTakeTheRoomOfTheLiving) {
    const std::uint64_t slots = segment_.layout().geometry.slots;
    for (std::uint64_t session = 1; session <= slots; ++session) {
        begin(session);
        end(session, session % 2 == 0 ? EndReason::logout : EndReason::idle);
        if (session % 256 == 0) {
            follow();
            clock_.advance(32min);
            tracker_.sweep(0, 4096, clock_.now());
        }
    }
    for (std::uint64_t session = slots + 1; session <= slots + 900; ++session) {
        begin(session);
    }
    follow();
    const Load loaded = load();
    EXPECT_EQ(loaded.what.live, 900u);
    EXPECT_EQ(loaded.what.left_out, 0u);
    EXPECT_GT(loaded.what.ended, 0u);
    for (std::uint64_t session = 1; session <= 100; ++session) {
        EXPECT_EQ(revived_.begin(request(100'000 + session), clock_.now()).result, BeginResult::begun);
    }
}

TEST_F(Loading, WhatAPersonClosedComesBackBeforeAnythingElse) {
    begin(1);
    end(1);
    clock_.advance(1s);
    for (std::uint64_t session = 2; session <= 2000; ++session) {
        begin(session);
        end(session, EndReason::idle);
    }
    follow();
    load();
    EXPECT_EQ(revived(1).reason, EndReason::administrator);
}

TEST_F(Loading, ASweepingEndIsInForceThoughItsSessionsWereNotWritten) {
    begin(1, "alice");
    begin(2, "bob");
    begin(3, "alice", "globex");
    const ActTicket everybody = sweep("acme");
    begin(4, "carol");
    follow();
    ASSERT_TRUE(tracker_.is_committed(everybody.sequence));
    ASSERT_EQ(alive(), 4) << "the power fails before the rows have followed";
    load();
    EXPECT_EQ(revived(1).reason, EndReason::administrator);
    EXPECT_EQ(revived(2).reason, EndReason::administrator);
    EXPECT_EQ(revived(3).state, Found::State::live) << "of another account";
    EXPECT_EQ(revived(4).state, Found::State::live) << "began afterwards";
}

TEST_F(Loading, ASweepingEndOfOneAgentIsInForceForThatOne) {
    begin(1, "alice");
    begin(2, "bob");
    sweep("*", "alice");
    follow();
    load();
    EXPECT_EQ(revived(1).reason, EndReason::administrator);
    EXPECT_EQ(revived(2).state, Found::State::live);
}

TEST_F(Loading, ASweepingEndOfAnUnknownAccountEndsNobodyElse) {
    begin(1, "alice");
    sweep("a new one");
    follow();
    load();
    EXPECT_EQ(revived(1).state, Found::State::live);
}

TEST_F(Loading, ASweepThatWasLostToTheRingStaysInForceUntilItIsOver) {
    const SessionHandle handle = begin(1, "alice");
    const ActTicket everybody = sweep("acme");
    follow();
    overrun(handle);
    follow();
    EXPECT_EQ(number("SELECT pending FROM not_before"), 1);
    clock_.advance(11min);
    overrun(handle);
    follow();
    EXPECT_EQ(number("SELECT pending FROM not_before"), 0);
    EXPECT_TRUE(tracker_.is_committed(everybody.sequence));
}

TEST_F(Loading, AFinishedSweepIsNotAppliedAgain) {
    begin(1, "alice");
    const ActTicket everybody = sweep("acme", "alice");
    end(1);
    tracker_.finish_act(everybody, 1, clock_.now());
    follow();
    EXPECT_EQ(number("SELECT pending FROM not_before"), 0);
    EXPECT_EQ(number("SELECT ended FROM audit"), 1);
}

TEST_F(Loading, AnUnrecordedSessionStaysNobodys) {
    BeginRequest secret = request(1, "alice");
    secret.recorded = false;
    tracker_.begin(secret, clock_.now());
    follow();
    load();
    EXPECT_FALSE(revived_row(1).recorded);
    revived_.identify(revived(1).handle, "alice", clock_.now());
    Follower next(revived_, path(), Retention{});
    follow(next);
    revived_.end(key(1), {EndReason::administrator}, clock_.now());
    follow(next);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent IS NOT NULL"), 0);
}

TEST_F(Loading, NumbersGoOnRising) {
    begin(1);
    follow();
    const std::int64_t last = number("SELECT last_sequence FROM state");
    load();
    revived_.begin(request(2), clock_.now());
    EXPECT_GT(revived_.latest_sequence(), static_cast<std::uint64_t>(last));
    Follower next(revived_, path(), Retention{});
    EXPECT_EQ(follow(next), Outcome::wrote);
    EXPECT_EQ(sessions(), 2);
    EXPECT_EQ(revived_.history_status().lost, 0u);
}

TEST_F(Loading, ASecondLoadDoesNothing) {
    begin(1);
    follow();
    EXPECT_TRUE(load().loaded);
    EXPECT_FALSE(load().loaded);
    EXPECT_EQ(revived_.account_usage("acme")->current, 1u);
}

TEST_F(Loading, RestoredSessionsCountInTheMaximum) {
    begin(1);
    begin(2);
    follow();
    load();
    Follower next(revived_, path(), Retention{});
    clock_.advance(1s);
    revived_.end(key(1), {EndReason::administrator}, clock_.now());
    follow(next);
    clock_.advance(15min);
    revived_.roll_quarters(0, 16, clock_.now());
    follow(next);
    EXPECT_EQ(number("SELECT peak FROM peak JOIN account ON id = account WHERE name = 'acme' "
                     "ORDER BY quarter LIMIT 1"),
              2);
}

// The database was out of reach at the start, and is back while requests are served.
class LoadingLate : public Loading {
  protected:
    LoadingLate() {
        std::filesystem::rename(std::filesystem::path(path()).parent_path(), hidden());
        EXPECT_NE(load_at_start(revived_, path(), clock_.now()).fault, "");
    }

    std::string hidden() const { return std::filesystem::path(path()).parent_path().string() + ".hidden"; }
    void bring_back() { std::filesystem::rename(hidden(), std::filesystem::path(path()).parent_path()); }

    Follower next_{revived_, path(), Retention{}};
};

TEST_F(LoadingLate, WhatHappenedMeanwhileIsWrittenAndWhatWasEndedStaysEnded) {
    bring_back();
    begin(1, "alice");
    begin(2, "bob");
    end(1);
    follow();
    const std::int64_t before = number("SELECT last_sequence FROM state");
    std::filesystem::rename(std::filesystem::path(path()).parent_path(), hidden());

    clock_.advance(10min);
    EXPECT_EQ(follow(next_), Outcome::failed);
    revived_.begin(request(3, "carol"), clock_.now());
    revived_.begin(request(1, "alice"), clock_.now());
    ActRequest request_of_root;
    request_of_root.user = "root";
    request_of_root.what = "a ref";
    const ActTicket act = *revived_.record_act(request_of_root, clock_.now());
    EXPECT_FALSE(revived_.is_committed(act.sequence));

    bring_back();
    EXPECT_EQ(follow(next_), Outcome::wrote);
    EXPECT_TRUE(revived_.is_committed(act.sequence));
    EXPECT_EQ(revived(1).reason, EndReason::administrator) << "taken up while nobody could know better";
    EXPECT_EQ(revived(2).state, Found::State::live);
    EXPECT_EQ(alive(), 2);
    EXPECT_EQ(number("SELECT count(*) FROM audit WHERE what = 'a ref'"), 1);
    EXPECT_GT(number("SELECT min(began_sequence) FROM session WHERE agent = 'carol'"), before);
    EXPECT_EQ(revived_.history_status().lost, 0u);
}

TEST_F(Loading, AnEarlierKeyLeadsToItsSessionAgain) {
    begin(1, "alice");
    begin(11, "bob");
    tracker_.renew(find(1).handle, key(1), {key(2), {true, 7, clock_.now().wall}, 1}, clock_.now());
    tracker_.renew(find(11).handle, key(11), {key(12), {true, 7, clock_.now().wall}, 1}, clock_.now());
    end(11);
    follow();
    load();
    EXPECT_EQ(revived(1).state, Found::State::live);
    EXPECT_EQ(revived(1).handle, revived(2).handle);
    EXPECT_FALSE(revived_.is_seen(revived(2).handle)) << "its newer cookie may never have arrived";
    EXPECT_EQ(revived(11).state, Found::State::ended);
    EXPECT_EQ(revived(11).reason, EndReason::administrator);
    EXPECT_EQ(revived(12).state, Found::State::ended);
}

TEST_F(Loading, AnEarlierKeyThatWasForgottenStaysSo) {
    begin(1, "alice");
    tracker_.renew(find(1).handle, key(1), {key(2), {true, 7, clock_.now().wall}, 1}, clock_.now());
    tracker_.find_unproven(key(2), clock_.now(), true);
    tracker_.sweep(0, 2000, clock_.now());
    clock_.advance(31s);
    tracker_.sweep(0, 2000, clock_.now());
    end(2);
    follow();
    load();
    EXPECT_EQ(revived(1).state, Found::State::unknown);
    EXPECT_EQ(revived(2).state, Found::State::ended);
}

TEST_F(Loading, AnEarlierKeyIsReadFromTheTableWhereTheRingRanOver) {
    begin(1, "alice");
    follow();
    tracker_.renew(find(1).handle, key(1), {key(2), {true, 7, clock_.now().wall}, 1}, clock_.now());
    overrun(find(2).handle);
    end(2);
    follow();
    load();
    EXPECT_EQ(revived(1).state, Found::State::ended);
    EXPECT_EQ(revived(2).state, Found::State::ended);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
