#include <set>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/memory/event_ring.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;

class Reading : public TrackerTest {};

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

TEST_F(Reading, OverdueSessionsAreNotListedEvenBeforeTheSweep) {
    begin(1);
    clock_.advance(31min);
    Row row;
    EXPECT_FALSE(tracker_.read_row(key(1), clock_.now(), row));
    RowCursor cursor;
    tracker_.read_rows(
        cursor, 100, clock_.now(), [](const Tracker::Glance&) { return true; }, [](const Row&) { FAIL(); });
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
    for (std::uint64_t sequence = memory::oldest_event(layout); sequence < memory::next_event(layout);
         ++sequence) {
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
    EXPECT_EQ(kinds.size(), memory::next_event(layout) - memory::oldest_event(layout));
    EXPECT_EQ(memory::read_event(layout, memory::next_event(layout), event), EventRead::none_yet);
}

TEST_F(Reading, AFollowerThatFellBehindIsTold) {
    const SessionHandle handle = begin(1);
    for (std::uint64_t i = 0; i <= segment_.layout().geometry.events; ++i) {
        tracker_.open_instance(handle, i % 2 == 0 ? "A" : "B", "1", clock_.now());
    }
    Event event;
    EXPECT_EQ(memory::read_event(segment_.layout(), memory::first_number(clock_.now().wall), event),
              EventRead::overwritten);
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
