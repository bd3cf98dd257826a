#include <set>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;

class Reading : public TrackerTest {
  protected:
    std::uint64_t listed() {
        std::uint64_t rows = 0;
        RowCursor cursor;
        tracker_.read_rows(
            cursor, 1000, clock_.now(), [](const Tracker::Glance&) { return true; },
            [&rows](const Row&) { ++rows; });
        return rows;
    }
};

TEST_F(Reading, AWalkInStepsMeetsEachLiveSessionOnce) {
    for (std::uint64_t i = 1; i <= 500; ++i) {
        begin(i, "agent " + std::to_string(i));
    }
    for (std::uint64_t i = 1; i <= 500; i += 5) {
        end(i);
    }
    std::multiset<std::string> seen;
    RowCursor cursor;
    int steps = 0;
    while (!cursor.done) {
        tracker_.read_rows(
            cursor, 7, clock_.now(), [](const Tracker::Glance&) { return true; },
            [&](const Row& row) { seen.insert(row.agent); });
        ++steps;
    }
    EXPECT_EQ(seen.size(), 400U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 400U);
    EXPECT_GT(steps, 70);
}

TEST_F(Reading, AnEmptyTableIsDoneAtOnce) {
    RowCursor cursor;
    tracker_.read_rows(
        cursor, 100, clock_.now(), [](const Tracker::Glance&) { return true; }, [](const Row&) { FAIL(); });
    EXPECT_TRUE(cursor.done);
}

TEST_F(Reading, WhatIsNotWantedIsNotRead) {
    begin(1, "alice", "acme");
    begin(2, "bob", "globex");
    const auto globex = tracker_.account_usage("globex")->index;
    RowCursor cursor;
    int visited = 0;
    tracker_.read_rows(
        cursor, 100, clock_.now(), [&](const Tracker::Glance& glance) { return glance.account == globex; },
        [&](const Row& row) {
            EXPECT_EQ(row.agent, "bob");
            ++visited;
        });
    EXPECT_EQ(visited, 1);
}

TEST_F(Reading, OneWhoseTimeIsOverIsListedAsLongAsItIsCounted) {
    begin(1);
    begin(2);
    clock_.advance(31min);
    EXPECT_EQ(listed(), 2U);
    EXPECT_EQ(current(), 2U);
    EXPECT_EQ(tracker_.validate(), std::vector<std::string>{});
    find(1);
    EXPECT_EQ(listed(), 1U) << "asked for, it is noticed";
    EXPECT_EQ(current(), 1U);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(listed(), 0U);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Reading, OneThatIsEndedIsListedUntilItsCountFollows) {
    const SessionHandle handle = begin(1, "alice");
    clock_.advance(90s);
    tracker_.touch(handle, clock_.now());
    clock_.advance(5s);
    const WallTime last_seen = row(1).last_seen;
    {
        const memory::ZoneGuard busy(segment_.layout(), Waiting::patient);
        EXPECT_EQ(segment_.tracker(Waiting::event_loop).end(key(1), {}, clock_.now()),
                  EndResult::ended_unsettled);
    }
    EXPECT_EQ(find(1).state, Found::State::ended) << "refused from now on";
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(current(), 1U);
    EXPECT_EQ(row(1).last_seen, last_seen);
    EXPECT_TRUE(tracker_.settle(key(1), {}, clock_.now()));
    EXPECT_EQ(listed(), 0U);
    EXPECT_EQ(current(), 0U);
}

TEST_F(Reading, TheAccountOfOneIsKnownAsLongAsItIsCounted) {
    EXPECT_EQ(tracker_.account_of(key(1), clock_.now()), std::nullopt);
    begin(1, "alice");
    EXPECT_EQ(tracker_.account_of(key(1), clock_.now()), row(1).account);
    EXPECT_EQ(tracker_.account_of(key(2), clock_.now()), std::nullopt);
    tracker_.end(key(1), {}, clock_.now());
    EXPECT_EQ(tracker_.account_of(key(1), clock_.now()), std::nullopt);
}

TEST_F(Reading, EndingAllLeavesNobodyWhoseTimeIsOver) {
    begin(1);
    clock_.advance(31min);
    begin(2);
    RowCursor cursor;
    Tracker::EndScope everybody;
    everybody.begun_by = tracker_.latest_sequence();
    EXPECT_EQ(tracker_.end_all(cursor, 100, everybody, {}, clock_.now()), 1U);
    EXPECT_EQ(listed(), 0U);
    EXPECT_EQ(current(), 0U);
    EXPECT_EQ(find(1).reason, EndReason::idle) << "it ran out before anybody ended it";
}

TEST_F(Reading, EveryChangeButATouchIsAnEventInOrder) {
    const SessionHandle handle = begin(1);
    clock_.advance(2s);
    tracker_.touch(handle, clock_.now());
    tracker_.identify(handle, "alice", clock_.now());
    tracker_.open_instance(handle, "Billing", "1", clock_.now());
    tracker_.close_instance(handle, "Billing", "1", clock_.now());
    end(1);
    memory::Layout& layout = segment_.layout();
    std::vector<EventKind> kinds;
    Event event;
    for (std::uint64_t sequence = 1; sequence < memory::next_event(layout); ++sequence) {
        ASSERT_EQ(memory::read_event(layout, sequence, event), EventRead::read);
        EXPECT_EQ(event.sequence, sequence);
        EXPECT_EQ(event.key, key(1));
        kinds.push_back(event.kind);
    }
    EXPECT_EQ(kinds, (std::vector{EventKind::begun, EventKind::identified, EventKind::opened,
                                  EventKind::closed, EventKind::ended}));
    EXPECT_EQ(event.text, "alice");
    EXPECT_EQ(event.by, "root");
    EXPECT_EQ(event.reason, EndReason::administrator);
    EXPECT_EQ(memory::read_event(layout, 6, event), EventRead::none_yet);
}

TEST_F(Reading, AFollowerThatFellBehindIsTold) {
    const SessionHandle handle = begin(1);
    for (std::uint64_t i = 0; i <= segment_.layout().geometry.events; ++i) {
        tracker_.open_instance(handle, i % 2 == 0 ? "A" : "B", "1", clock_.now());
    }
    Event event;
    EXPECT_EQ(memory::read_event(segment_.layout(), 1, event), EventRead::overwritten);
    EXPECT_EQ(memory::read_event(segment_.layout(), memory::oldest_event(segment_.layout()), event),
              EventRead::read);
}

TEST_F(Reading, ChangesRiseWithEveryChangeThatAListShows) {
    const auto before = tracker_.figures().changes;
    begin(1);
    const auto after = tracker_.figures().changes;
    EXPECT_GT(after, before);
    end(1);
    EXPECT_GT(tracker_.figures().changes, after);
}

class Election : public TrackerTest {};

TEST_F(Election, OneIsElectedUntilItResignsOrItsLeaseRunsOut) {
    const std::int32_t me = getpid();
    const std::int32_t parent = getppid();
    EXPECT_TRUE(tracker_.elect(me, clock_.now()));
    EXPECT_FALSE(tracker_.elect(parent, clock_.now()));
    clock_.advance(1s);
    EXPECT_TRUE(tracker_.elect(me, clock_.now()));
    clock_.advance(2s);
    EXPECT_TRUE(tracker_.elect(parent, clock_.now()));
    EXPECT_FALSE(tracker_.elect(me, clock_.now()));
    tracker_.resign(me);
    EXPECT_FALSE(tracker_.elect(me, clock_.now()));
    tracker_.resign(parent);
    EXPECT_TRUE(tracker_.elect(me, clock_.now()));
}

}  // namespace
}  // namespace agent_sessions::testing
