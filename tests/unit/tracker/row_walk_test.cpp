#include "tracker/row_walk.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::tracker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Walking : public testing::TrackerTest {
  protected:
    // One session with something in every part.
    void begin_whole() {
        BeginRequest whole = request(1, "alice");
        whole.label = "north";
        whole.address = "192.0.2.1";
        whole.user_agent = "Firefox";
        const SessionHandle handle = tracker_.begin(whole, clock_.now()).handle;
        tracker_.open_instance(handle, "invoice", "1", clock_.now());
        tracker_.open_instance(handle, "order", "2", clock_.now());
        tracker_.end_when_finished(key(1), {}, std::nullopt, clock_.now());
    }

    Row walk_over_one(const RowParts& parts) {
        RowWalk walk(tracker_, parts);
        Row row;
        walk.step(
            100, clock_.now(), [](const Tracker::Glance&) { return true; },
            [&row](const Row& visited) { row = visited; });
        EXPECT_TRUE(walk.is_done());
        return row;
    }
};

TEST_F(Walking, ReadsThePartsThatAreAskedForAndNoOthers) {
    begin_whole();
    const Row none = walk_over_one({});
    EXPECT_EQ(none.key, key(1));
    EXPECT_EQ(none.started, clock_.now().wall);
    EXPECT_EQ(none.agent + none.label + none.address + none.user_agent, "");
    EXPECT_THAT(none.interactions, IsEmpty());
    EXPECT_EQ(walk_over_one({.agent = true}).agent, "alice");
    EXPECT_EQ(walk_over_one({.agent = true}).agent_sessions, 1U);
    EXPECT_EQ(walk_over_one({.label = true}).label, "north");
    EXPECT_EQ(walk_over_one({.address = true}).address, "192.0.2.1");
    EXPECT_EQ(walk_over_one({.user_agent = true}).user_agent, "Firefox");
    EXPECT_THAT(walk_over_one({.interactions = true}).interactions, ElementsAre("invoice", "order"));
    EXPECT_EQ(walk_over_one({.interactions = true}).instances, 2U);
    EXPECT_EQ(walk_over_one({.last_seen = true}).last_seen, clock_.now().wall);
    EXPECT_NE(walk_over_one({.begun_sequence = true}).begun_sequence, 0U);
    EXPECT_FALSE(walk_over_one({.begun_sequence = true}).pending_end);
    EXPECT_TRUE(walk_over_one({.pending_end = true}).pending_end);
    const Row two = walk_over_one(RowParts{.agent = true} | RowParts{.address = true});
    EXPECT_EQ(two.agent + two.label + two.address, "alice192.0.2.1");
}

TEST_F(Walking, MeetsEachOnceWhateverTheLengthOfItsSteps) {
    constexpr std::uint64_t kSessions = 150;
    for (std::uint64_t number = 1; number <= kSessions; ++number) {
        begin(number, "agent " + std::to_string(number));
    }
    end(7);
    for (const std::uint32_t slots : {1U, 31U, 32U, 33U, 1000U}) {
        RowWalk walk(tracker_, {.agent = true});
        std::multiset<std::string> met;
        while (!walk.is_done()) {
            walk.step(
                slots, clock_.now(), [this](const Tracker::Glance& glance) { return glance.key != key(9); },
                [&met](const Row& row) { met.insert(row.agent); });
        }
        EXPECT_EQ(met.size(), kSessions - 2) << slots;
        EXPECT_EQ(std::set<std::string>(met.begin(), met.end()).size(), met.size()) << slots;
        EXPECT_EQ(met.count("agent 7") + met.count("agent 9"), 0U);
    }
}

}  // namespace
}  // namespace agent_sessions::tracker
