// Words of a segment that something overwrote while it is in use: nothing reads or writes beyond its area,
// goes round in circles or gives up.
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;

class Damage : public TrackerTest {
  protected:
    // What is damaged here stays so.
    void TearDown() override {}

    memory::Layout& layout() { return segment_.layout(); }
    memory::HotSlot& hot(SessionHandle handle) { return layout().hot(handle.slot); }
};

TEST_F(Damage, ATextBeyondThePoolIsNobodysName) {
    hot(begin(1, "alice")).agent = std::numeric_limits<memory::TextIndex>::max();
    EXPECT_EQ(end(1), EndResult::ended);
    layout().totals.free_texts = std::numeric_limits<memory::TextIndex>::max();
    begin(2, "bob");
    EXPECT_EQ(row(2).agent, "bob");
}

TEST_F(Damage, AnInstanceBeyondThePoolIsNone) {
    const SessionHandle handle = begin(1);
    layout().totals.free_instances = std::numeric_limits<memory::InstanceIndex>::max();
    EXPECT_EQ(tracker_.open_instance(handle, "order", "", clock_.now()), InstanceResult::opened);
    hot(handle).instances = std::numeric_limits<memory::InstanceIndex>::max();
    EXPECT_EQ(end(1), EndResult::ended);
}

TEST_F(Damage, AnAccountThatDoesNotExistIsNotCounted) {
    hot(begin(1)).account = std::numeric_limits<memory::AccountIndex>::max();
    EXPECT_EQ(end(1), EndResult::ended);
    layout().totals.accounts = std::numeric_limits<std::uint32_t>::max();
    EXPECT_TRUE(tracker_.set_licenses({}));
    tracker_.roll_quarters(0, std::numeric_limits<std::uint32_t>::max(), clock_.now());
}

TEST_F(Damage, AFreeSlotBeyondTheTableIsNotGivenAway) {
    layout().totals.free_slots = memory::kNoSlot - 1;
    EXPECT_LT(begin(1).slot, layout().geometry.slots);
    layout().totals.fresh_slots = std::numeric_limits<std::uint32_t>::max();
    tracker_.sweep(0, std::numeric_limits<std::uint32_t>::max(), clock_.now());
    RowCursor cursor;
    int rows = 0;
    tracker_.read_rows(
        cursor, std::numeric_limits<std::uint32_t>::max(), clock_.now(),
        [](const Tracker::Glance&) { return true; }, [&rows](const Row&) { ++rows; });
    EXPECT_TRUE(cursor.done);
    EXPECT_EQ(rows, 1);
}

TEST_F(Damage, AStateThatDoesNotExistIsNotLookedForForever) {
    const SessionHandle handle = begin(1);
    hot(handle).word.fetch_or(std::uint64_t{7} << 41);
    EXPECT_EQ(tracker_.find_unproven(key(1), clock_.now(), true).state, Found::State::unknown);
}

TEST_F(Damage, AChainOfInstancesWithoutAnEndIsLetGo) {
    const SessionHandle handle = begin(1);
    tracker_.open_instance(handle, "order", "", clock_.now());
    const memory::InstanceIndex index = hot(handle).instances;
    layout().instance(index).next = index;
    EXPECT_EQ(end(1), EndResult::ended);
    EXPECT_EQ(hot(handle).instances, 0U);
}

TEST_F(Damage, AChainOfTextsWithoutAnEndIsLetGo) {
    const memory::TextIndex name = hot(begin(1, "alice")).agent;
    for (std::uint64_t bucket = 0; bucket < layout().geometry.text_buckets; ++bucket) {
        layout().text_bucket(bucket) = name;
    }
    layout().text(name).link = name;
    layout().text(name).next = name;
    begin(2, "bob");
    EXPECT_EQ(end(1), EndResult::ended);
    clock_.advance(std::chrono::hours{96});
    tracker_.sweep(0, 100, clock_.now());  // forgets it, and with it the name
}

TEST_F(Damage, AnUndoRecordThatNobodyLeftIsNoHindrance) {
    layout().undo.count = std::numeric_limits<std::uint32_t>::max();
    begin(1);
    EXPECT_EQ(layout().undo.count, 0U);
}

TEST_F(Damage, AnUndoRecordNeverReachesTheSizes) {
    const memory::Geometry before = layout().geometry;
    const auto slots = static_cast<std::uint64_t>(reinterpret_cast<char*>(&layout().geometry.slots) -
                                                  reinterpret_cast<char*>(&layout()));
    layout().undo.entries[0].where = slots << 8 | 8;
    layout().undo.entries[0].before = std::numeric_limits<std::uint64_t>::max();
    layout().undo.entries[1].where = (segment_.bytes().size() - 4) << 8 | 8;   // beyond the end
    layout().undo.entries[2].where = (segment_.bytes().size() - 15) << 8 | 8;  // across words
    layout().undo.count = 3;
    memory::recover(layout());
    EXPECT_EQ(layout().geometry, before);
}

TEST_F(Damage, QuartersAndActsThatNeverWereAreNotWalkedOver) {
    begin(1);
    layout().totals.closed_quarters = std::numeric_limits<std::uint64_t>::max();
    layout().totals.next_act = std::numeric_limits<std::uint64_t>::max();
    EXPECT_LE(tracker_.recent_quarters(0, clock_.now()).size(), layout().geometry.quarters + 2);
    HistoryFeed feed(tracker_);
    EXPECT_LE(feed.closed_quarters().size(), layout().geometry.quarters);
    EXPECT_LE(feed.next_act() - feed.first_unsaved_act(), layout().geometry.acts);
}

TEST_F(Damage, InstantsBeyondAnyClockAreReckonedWith) {
    const SessionHandle handle = begin(1);
    hot(handle).started = std::numeric_limits<std::int64_t>::min();
    layout().cold(handle.slot).begun = std::numeric_limits<std::int64_t>::min();
    EXPECT_LT(row(1).started, clock_.now().wall);
    EXPECT_LT(row(1).begun, clock_.now().boot);
}

}  // namespace
}  // namespace agent_sessions::testing
