// When an act counts as durable.
#include "admin/durable_act.h"

#include <gtest/gtest.h>

#include "tests/support/memory_segment.h"
#include "tracker/history_feed.h"

namespace agent_sessions::admin {
namespace {

using agent_sessions::testing::FakeClock;
using agent_sessions::testing::MemorySegment;

class DurableActs : public ::testing::Test {
  protected:
    DurableAct act_about(const std::string& agent) {
        Request request;
        Access access;
        access.user = "root";
        ActFacts facts(request, access, tracker::ActKind::terminate);
        facts.agent = agent;
        return DurableAct(segment_.tracker(), std::move(facts));
    }
    void commit(std::uint64_t sequence) {
        tracker::HistoryFeed(segment_.tracker()).note_saved({sequence, 0, 0}, clock_.now());
    }
    std::uint64_t awaited() const { return tracker::HistoryFeed(segment_.tracker()).awaited_sequence(); }
    bool is_held() const { return tracker::HistoryFeed(segment_.tracker()).is_held(now()); }
    tracker::Now now() const { return clock_.now(); }

    MemorySegment segment_;
    FakeClock clock_;
};

TEST_F(DurableActs, AboutAnAccountIsDurableBeforeItsSessionsAreWritten) {
    DurableAct act = act_about("");
    ASSERT_TRUE(act.record_sweeping("*", "", now()));
    const std::uint64_t recorded = segment_.tracker().latest_sequence();
    act.finish(3, now());
    EXPECT_EQ(act.is_durable(now()), std::nullopt);
    commit(recorded);
    EXPECT_EQ(act.is_durable(now()), true);
}

// Sessions that the history must not know by name can't be found by the act after a power cut.
TEST_F(DurableActs, AboutAnAgentIsDurableOnceItsSessionsAreWritten) {
    DurableAct act = act_about("alice");
    ASSERT_TRUE(act.record_sweeping("*", "alice", now()));
    const std::uint64_t recorded = segment_.tracker().latest_sequence();
    act.finish(3, now());
    commit(recorded);
    EXPECT_EQ(act.is_durable(now()), std::nullopt);
    commit(segment_.tracker().latest_sequence());
    EXPECT_EQ(act.is_durable(now()), true);
}

TEST_F(DurableActs, AboutAnAccountIsWrittenBeforeItsSessionsAndAgainOnceTheyHaveEnded) {
    DurableAct act = act_about("");
    ASSERT_TRUE(act.record_sweeping("*", "", now()));
    EXPECT_EQ(awaited(), segment_.tracker().latest_sequence());
    act.hold(now());
    EXPECT_TRUE(is_held());
    act.finish(3, now());
    EXPECT_EQ(awaited(), segment_.tracker().latest_sequence());
}

// Or it would be written twice before it is durable.
TEST_F(DurableActs, AboutAnAgentIsWrittenWithItsSessions) {
    DurableAct act = act_about("alice");
    ASSERT_TRUE(act.record_sweeping("*", "alice", now()));
    EXPECT_EQ(awaited(), 0u);
    act.finish(3, now());
    EXPECT_EQ(awaited(), segment_.tracker().latest_sequence());
}

TEST_F(DurableActs, ThatDidNothingWaitsForWhatWasDoneBefore) {
    DurableAct act = act_about("");
    act.record_nothing();
    EXPECT_EQ(awaited(), segment_.tracker().latest_sequence());
}

TEST_F(DurableActs, IsNotWaitedForWhereTheDiskRefuses) {
    DurableAct act = act_about("");
    ASSERT_TRUE(act.record(1, now()));
    EXPECT_EQ(act.is_durable(now()), std::nullopt);
    tracker::HistoryFeed(segment_.tracker()).note_state(tracker::HistoryState::failing, 10);
    EXPECT_EQ(act.is_durable(now()), false);
}

TEST_F(DurableActs, IsWaitedForTwoSecondsWhereSomebodyHoldsTheDatabase) {
    tracker::HistoryFeed(segment_.tracker()).note_state(tracker::HistoryState::busy, 5);
    DurableAct act = act_about("");
    ASSERT_TRUE(act.record(1, now()));
    EXPECT_EQ(act.is_durable(now()), std::nullopt);
    clock_.advance(DurableAct::kPatience);
    EXPECT_EQ(act.is_durable(now()), false);
}

}  // namespace
}  // namespace agent_sessions::admin
