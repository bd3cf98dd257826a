// Requests that a process counts for itself first reach the table, each once.
#include "tracker/request_tally.h"

#include <memory>
#include <vector>

#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;

class RequestTallyTest : public TrackerTest {
  protected:
    void count(SessionHandle handle, int times = 1) {
        for (; times > 0; --times) {
            tally_->count(tracker_, handle);
        }
    }
    // The one that began it is among them.
    std::uint32_t counted(std::uint64_t number) { return row(number).requests.value_or(0) - 1; }

    std::unique_ptr<tracker::RequestTally> tally_ = std::make_unique<tracker::RequestTally>();
};

TEST_F(RequestTallyTest, AddsTheFirstAtOnceAndTheOthersWhenItSettles) {
    const SessionHandle handle = begin(1);
    count(handle, 5);
    EXPECT_EQ(counted(1), 1U);
    tally_->settle();
    EXPECT_EQ(counted(1), 5U);
    tally_->settle();
    EXPECT_EQ(counted(1), 5U);
    count(handle);
    EXPECT_EQ(counted(1), 5U) << "the table is written at each request";
    tally_->settle();
    EXPECT_EQ(counted(1), 6U);
}

TEST_F(RequestTallyTest, LosesNoneWhereSessionsShareAPlace) {
    constexpr std::uint64_t kSessions = 5'000;
    constexpr int kRounds = 7;
    MemorySegment segment{kSessions};
    tracker::Tracker tracker = segment.tracker();
    std::vector<SessionHandle> handles;
    for (std::uint64_t number = 1; number <= kSessions; ++number) {
        handles.push_back(tracker.begin(request(number), clock_.now()).handle);
    }
    for (int round = 0; round < kRounds; ++round) {
        for (const SessionHandle handle : handles) {
            // The second is kept, and its place is asked for by others.
            tally_->count(tracker, handle);
            tally_->count(tracker, handle);
        }
        if (round == kRounds / 2) {
            tally_->settle();
        }
    }
    tally_->settle();
    for (std::uint64_t number = 1; number <= kSessions; ++number) {
        tracker::Row row;
        ASSERT_TRUE(tracker.read_row(key(number), clock_.now(), row));
        EXPECT_EQ(row.requests, 1U + 2 * kRounds) << number;
    }
}

TEST_F(RequestTallyTest, WhatIsKeptOfASessionIsNotGivenToTheNextOneInItsSlot) {
    const SessionHandle handle = begin(1);
    count(handle, 3);
    end(1, EndReason::logout);
    clock_.advance(std::chrono::hours{48});
    tracker_.sweep(0, 1000, clock_.now());
    const SessionHandle next = begin(2);
    ASSERT_EQ(next.slot, handle.slot);
    tally_->settle();
    EXPECT_EQ(counted(2), 0U);
}

}  // namespace
}  // namespace agent_sessions::testing
