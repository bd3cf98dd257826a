// The index where many keys come together in one place.
#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;

class Index : public TrackerTest {
  protected:
    const memory::Geometry& geometry() const { return segment_.layout().geometry; }
    memory::Totals& totals() { return segment_.layout().totals; }

    // One of many that belong to a group.
    SessionKey key_in(std::uint64_t group, std::uint64_t number) const {
        const auto first = (static_cast<unsigned __int128>(group) << 64) / geometry().groups;
        return {static_cast<std::uint64_t>(first) + 1, number * 0xc2b2ae3d27d4eb4fU};
    }

    void begin_in(std::uint64_t group, std::uint64_t sessions) {
        for (std::uint64_t number = 1; number <= sessions; ++number) {
            BeginRequest begin = request(number);
            begin.key = key_in(group, number);
            ASSERT_EQ(tracker_.begin(begin, clock_.now()).result, BeginResult::begun) << number;
        }
    }

    bool is_live(SessionKey key) { return tracker_.find(key, clock_.now()).state == Found::State::live; }

    void log_out(SessionKey key) { tracker_.end(key, {EndReason::logout}, clock_.now()); }

    void forget_all() {
        clock_.advance(std::chrono::hours{1});
        tracker_.sweep(0, 10'000, clock_.now());
    }
};

TEST_F(Index, KeysBeyondTheRoomOfTheirGroupAreFound) {
    constexpr std::uint64_t kMany = 3 * memory::kGroupEntries;
    begin_in(1, kMany);
    EXPECT_EQ(totals().fresh_overflow, 2U);
    for (std::uint64_t number = 1; number <= kMany; ++number) {
        EXPECT_TRUE(is_live(key_in(1, number)));
    }
}

TEST_F(Index, GroupsThatOverflowAgainAndAgainTakeNoRoomForEver) {
    for (std::uint64_t round = 0; round <= geometry().overflow_groups; ++round) {
        begin_in(round, memory::kGroupEntries + 1);
        for (std::uint64_t number = 1; number <= memory::kGroupEntries + 1; ++number) {
            log_out(key_in(round, number));
        }
        forget_all();
        ASSERT_EQ(tracker_.figures().ended, 0U);
    }
    EXPECT_EQ(totals().fresh_overflow, 1U);
}

TEST_F(Index, AnOverflowGroupIsKeptWhileOneBehindItIsNeeded) {
    constexpr std::uint64_t kMany = 3 * memory::kGroupEntries;
    begin_in(1, kMany);
    for (std::uint64_t number = memory::kGroupEntries + 1; number < kMany; ++number) {
        log_out(key_in(1, number));
    }
    clock_.advance(std::chrono::minutes{20});
    tracker_.touch(tracker_.find(key_in(1, kMany), clock_.now()).handle, clock_.now());
    clock_.advance(std::chrono::minutes{20});
    tracker_.sweep(0, 10'000, clock_.now());
    EXPECT_TRUE(is_live(key_in(1, kMany)));
    EXPECT_EQ(totals().free_overflow, 0U);
    log_out(key_in(1, kMany));
    forget_all();
    EXPECT_NE(totals().free_overflow, 0U);
    EXPECT_EQ(tracker_.validate(), std::vector<std::string>{});
}

// Of a key only the tag stands in the index, so keys that differ elsewhere meet there.
TEST_F(Index, AKeyWithTheTagOfAnotherIsNotTakenForIt) {
    const SessionKey mine = key_in(1, 1);
    const SessionKey in_one_half{mine.high, mine.low ^ 0x1'0000'0001U};
    const SessionKey in_both_halves{mine.high ^ 1, mine.low ^ 1};
    BeginRequest begin = request(1);
    begin.key = mine;
    const SessionHandle handle = tracker_.begin(begin, clock_.now()).handle;
    for (const SessionKey other : {in_one_half, in_both_halves}) {
        EXPECT_EQ(tracker_.find(other, clock_.now()).state, Found::State::unknown);
        begin.key = other;
        ASSERT_EQ(tracker_.begin(begin, clock_.now()).result, BeginResult::begun);
        EXPECT_NE(tracker_.find(other, clock_.now()).handle.slot, handle.slot);
        log_out(other);
        EXPECT_TRUE(is_live(mine)) << "another one logged out";
    }
    EXPECT_EQ(tracker_.find(mine, clock_.now()).handle.slot, handle.slot);
}

}  // namespace
}  // namespace agent_sessions::testing
