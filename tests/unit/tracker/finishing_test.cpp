#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;

class Finishing : public TrackerTest {
  protected:
    // A session with one open instance.
    SessionHandle busy_session(std::uint64_t number) {
        const SessionHandle handle = begin(number, "ada");
        EXPECT_EQ(open(handle), InstanceResult::opened);
        return handle;
    }
    InstanceResult open(SessionHandle handle, std::string_view instance = "1") {
        return tracker_.open_instance(handle, "Billing", instance, clock_.now());
    }
    InstanceResult close(SessionHandle handle, std::string_view instance = "1") {
        return tracker_.close_instance(handle, "Billing", instance, clock_.now());
    }
    FinishResult let_finish(std::uint64_t number, std::optional<Millis> limit = std::nullopt,
                            std::string_view message = "We update at noon.") {
        return tracker_.end_when_finished(key(number), {EndReason::administrator, "root", message, "update"},
                                          limit, clock_.now());
    }
    KeepResult keep(std::uint64_t number) { return tracker_.keep(key(number), clock_.now()); }
    void sweep() { tracker_.sweep(0, 100, clock_.now()); }

    void expect_ended_as_asked(std::uint64_t number, std::string_view message = "We update at noon.") {
        const Found found = find(number);
        ASSERT_EQ(found.state, Found::State::ended);
        EXPECT_EQ(found.reason, EndReason::administrator);
        const auto facts = tracker_.ended_facts(found.handle);
        ASSERT_TRUE(facts);
        EXPECT_EQ(facts->by, "root");
        EXPECT_EQ(facts->message, message);
        EXPECT_EQ(facts->why, "update");
        EXPECT_EQ(current(), 0U);
    }

    std::vector<EventKind> events() {
        std::vector<EventKind> kinds;
        HistoryFeed feed(tracker_);
        Event event;
        for (std::uint64_t sequence = 1; feed.read_event(sequence, event) == EventRead::read; ++sequence) {
            kinds.push_back(event.kind);
            last_event_ = event;
        }
        return kinds;
    }
    Event last_event_;
};

TEST_F(Finishing, ASessionGoesOnTakesItsSeatAndIsShownAsEnding) {
    const SessionHandle handle = busy_session(1);
    EXPECT_EQ(row(1).pending_end, std::nullopt);
    EXPECT_EQ(tracker_.pending_end(handle, clock_.now()), std::nullopt);

    EXPECT_EQ(let_finish(1, 5min), FinishResult::pending);

    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_TRUE(tracker_.touch(handle, clock_.now()));
    EXPECT_EQ(current(), 1U);
    for (const auto& pending : {row(1).pending_end, tracker_.pending_end(handle, clock_.now())}) {
        ASSERT_TRUE(pending);
        EXPECT_EQ(pending->since, clock_.now().wall);
        EXPECT_EQ(pending->until, clock_.now().wall + 5min);
        EXPECT_EQ(pending->by, "root");
        EXPECT_EQ(pending->message, "We update at noon.");
        EXPECT_EQ(pending->why, "update");
    }
}

TEST_F(Finishing, TheLastInstanceThatClosesEndsItInTheSameChange) {
    const SessionHandle handle = busy_session(1);
    open(handle, "2");
    EXPECT_EQ(let_finish(1), FinishResult::pending);
    EXPECT_EQ(row(1).pending_end->until, std::nullopt);
    EXPECT_EQ(close(handle, "2"), InstanceResult::closed);
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(close(handle, "3"), InstanceResult::unknown) << "that was never open";
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(close(handle), InstanceResult::closed);
    expect_ended_as_asked(1);
    EXPECT_EQ(events().back(), EventKind::ended);
    EXPECT_EQ(last_event_.by, "root");
    EXPECT_EQ(last_event_.text, "ada");
}

TEST_F(Finishing, WhatOpensMeanwhileIsWaitedForToo) {
    const SessionHandle handle = busy_session(1);
    let_finish(1);
    EXPECT_EQ(open(handle, "2"), InstanceResult::opened);
    close(handle);
    EXPECT_EQ(find(1).state, Found::State::live);
    close(handle, "2");
    expect_ended_as_asked(1);
}

TEST_F(Finishing, AnInstanceThatTimesOutEndsItWithTheSweep) {
    const SessionHandle handle = busy_session(1);
    let_finish(1);
    clock_.advance(29min);
    tracker_.touch(handle, clock_.now());
    clock_.advance(2min);
    EXPECT_EQ(find(1).state, Found::State::live);
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(Finishing, SeveralThatTimeOutTogetherEndIt) {
    const SessionHandle handle = busy_session(1);
    for (const char* const instance : {"2", "3", "4"}) {
        open(handle, instance);
    }
    let_finish(1);
    clock_.advance(29min);
    tracker_.touch(handle, clock_.now());
    clock_.advance(2min);
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(Finishing, AnInstanceThatIsCutWithItsWebsocketEndsIt) {
    const SessionHandle handle = busy_session(1);
    let_finish(1);
    EXPECT_EQ(tracker_.close_unseen_instance(handle, "Billing", "1", clock_.now().boot, clock_.now()),
              InstanceResult::closed);
    expect_ended_as_asked(1);
}

TEST_F(Finishing, TheTimeThatIsUpEndsItWithTheSweep) {
    const SessionHandle handle = busy_session(1);
    let_finish(1, 5min);
    clock_.advance(5min - 1s);
    open(handle);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    clock_.advance(1s);
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(Finishing, ALimitIsNeverShortenedToAWholeSecond) {
    clock_.advance(300ms);
    busy_session(1);
    let_finish(1, 1s);
    clock_.advance(999ms);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    clock_.advance(1s);
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(Finishing, SettingTheWallClockEndsNothingEarly) {
    busy_session(1);
    let_finish(1, 5min);
    clock_.jump_wall(1h);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(row(1).pending_end->until, clock_.now().wall + 5min);
}

TEST_F(Finishing, WithNothingOpenItEndsAtOnce) {
    begin(1);
    EXPECT_EQ(let_finish(1, 5min), FinishResult::ended);
    expect_ended_as_asked(1);
}

TEST_F(Finishing, AnInstanceThatTimedOutUnnoticedIsNotOpen) {
    const SessionHandle handle = busy_session(1);
    clock_.advance(29min);
    tracker_.touch(handle, clock_.now());
    clock_.advance(2min);
    EXPECT_EQ(let_finish(1, 5min), FinishResult::ended);
    expect_ended_as_asked(1);
}

TEST_F(Finishing, WhatIsGoneOrUnknownIsTold) {
    EXPECT_EQ(let_finish(1), FinishResult::not_found);
    EXPECT_EQ(keep(1), KeepResult::not_found);
    busy_session(1);
    end(1);
    EXPECT_EQ(let_finish(1), FinishResult::already_gone);
    EXPECT_EQ(keep(1), KeepResult::already_gone);
    busy_session(2);
    clock_.advance(31min);
    EXPECT_EQ(let_finish(2), FinishResult::already_gone);
    EXPECT_EQ(find(2).reason, EndReason::idle);
}

TEST_F(Finishing, AskedAgainTheLatestLimitAndWordsCount) {
    const SessionHandle handle = busy_session(1);
    let_finish(1, 1min, "First words, which take more than one block of the pool of texts");
    clock_.advance(30s);
    EXPECT_EQ(let_finish(1, 10min, "Others."), FinishResult::pending);
    clock_.advance(1min);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    close(handle);
    expect_ended_as_asked(1, "Others.");
}

TEST_F(Finishing, KeptItGoesOnAsIfNothingHadBeen) {
    const SessionHandle handle = busy_session(1);
    EXPECT_EQ(keep(1), KeepResult::not_pending);
    let_finish(1, 1min);
    EXPECT_EQ(keep(1), KeepResult::kept);
    EXPECT_EQ(row(1).pending_end, std::nullopt);
    EXPECT_EQ(keep(1), KeepResult::not_pending);
    clock_.advance(2min);
    sweep();
    close(handle);
    EXPECT_EQ(find(1).state, Found::State::live);
    EXPECT_EQ(events(), (std::vector<EventKind>{EventKind::begun, EventKind::opened, EventKind::end_pending,
                                                EventKind::kept, EventKind::closed}));
    end(1, EndReason::logout);
    EXPECT_EQ(tracker_.ended_facts(handle)->message, "bye");
}

TEST_F(Finishing, ItsOwnTimeoutsAndALogoutEndItForTheirOwnReason) {
    const SessionHandle handle = busy_session(1);
    let_finish(1);
    tracker_.end(key(1), {EndReason::logout, {}, {}}, clock_.now());
    EXPECT_EQ(find(1).reason, EndReason::logout);
    EXPECT_EQ(tracker_.ended_facts(handle)->message, "");
    EXPECT_EQ(tracker_.ended_facts(handle)->by, "");

    const SessionHandle other = busy_session(2);
    let_finish(2, 2h);
    clock_.advance(31min);
    sweep();
    EXPECT_EQ(find(2).reason, EndReason::idle);
    EXPECT_EQ(tracker_.ended_facts(other)->message, "");
}

TEST_F(Finishing, ATerminationEndsItAtOnceWithItsOwnWords) {
    const SessionHandle handle = busy_session(1);
    let_finish(1, 5min);
    EXPECT_EQ(end(1), EndResult::ended);
    EXPECT_EQ(tracker_.ended_facts(handle)->message, "bye");
    EXPECT_EQ(tracker_.ended_facts(handle)->why, "");

    busy_session(2);
    let_finish(2, 5min);
    RowCursor cursor;
    EXPECT_EQ(tracker_.end_all(cursor, 100, {std::nullopt, std::nullopt, tracker_.latest_sequence()}, {},
                               clock_.now()),
              1U);
    EXPECT_EQ(find(2).state, Found::State::ended);
}

TEST_F(Finishing, ARowThatIsRenamedAndRekeyedStaysEnding) {
    const SessionHandle handle = busy_session(1);
    let_finish(1, 5min);
    tracker_.relabel(handle, "night shift", clock_.now());
    EXPECT_EQ(tracker_.rekey(handle, key(9), 0, clock_.now()), RekeyResult::rekeyed);
    EXPECT_EQ(row(9).pending_end->message, "We update at noon.");
    close(handle);
    EXPECT_EQ(find(1).state, Found::State::ended);
    expect_ended_as_asked(9);
}

TEST_F(Finishing, TheNextSessionOfTheSlotKnowsNothingOfIt) {
    busy_session(1);
    let_finish(1, 5min);
    end(1);
    clock_.advance(72h);
    sweep();
    busy_session(2);
    EXPECT_EQ(row(2).handle.slot, 0U);
    EXPECT_EQ(row(2).pending_end, std::nullopt);
}

class RestoredFinishing : public Finishing {
  protected:
    RestoreRequest stored(std::uint64_t number) {
        RestoreRequest stored;
        stored.key = key(number);
        stored.account = "acme";
        stored.agent = "ada";
        stored.started = clock_.now().wall - 1h;
        stored.expires = clock_.now().wall + 11h;
        stored.idle = 30min;
        stored.instance = 10min;
        stored.begun_sequence = number;
        stored.pending_since = clock_.now().wall - 1min;
        stored.pending_until = clock_.now().wall + 20min;
        stored.by = "root";
        stored.message = "We update at noon.";
        stored.why = "update";
        return stored;
    }
    bool restore(const RestoreRequest& request) { return feed_.restore(request, clock_.now()); }

    HistoryFeed feed_{tracker_};
};

TEST_F(RestoredFinishing, ItGoesOnWithIt) {
    EXPECT_TRUE(restore(stored(1)));
    const auto pending = row(1).pending_end;
    ASSERT_TRUE(pending);
    EXPECT_EQ(pending->since, clock_.now().wall - 1min);
    EXPECT_EQ(pending->until, clock_.now().wall + 20min);
    EXPECT_EQ(pending->message, "We update at noon.");
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live) << "what is open is not known yet";
    open(row(1).handle);
    close(row(1).handle);
    expect_ended_as_asked(1);
}

TEST_F(RestoredFinishing, ThatOpensNothingForAsLongAsAnInstanceIsKeptEnds) {
    RestoreRequest without_limit = stored(1);
    without_limit.pending_until = std::nullopt;
    EXPECT_TRUE(restore(without_limit));
    clock_.advance(10min);
    sweep();
    EXPECT_EQ(find(1).state, Found::State::live);
    clock_.advance(1s);
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(RestoredFinishing, ThatWasDueMeanwhileEndsAtOnce) {
    RestoreRequest due = stored(1);
    due.pending_until = clock_.now().wall - 1s;
    EXPECT_TRUE(restore(due));
    sweep();
    expect_ended_as_asked(1);
}

TEST_F(RestoredFinishing, OneThatWasTakenUpAgainBeforeIsToEndAfterAll) {
    begin(1, "ada");
    EXPECT_TRUE(restore(stored(1)));
    EXPECT_EQ(row(1).pending_end->message, "We update at noon.");
    EXPECT_EQ(row(1).requests, std::nullopt);
    EXPECT_TRUE(restore(stored(1)));
    let_finish(1, 1min, "Newer.");
    EXPECT_EQ(find(1).state, Found::State::ended) << "nothing was open when that was asked for";
}

}  // namespace
}  // namespace agent_sessions::testing
