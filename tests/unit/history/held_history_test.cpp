// When the writer lets an act come to its end before it commits, and when not.
#include "tests/unit/history/followed_history.h"
#include "tracker/history/writer.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

constexpr Millis kHold = Tracker::kLongestHold;

class HeldHistory : public FollowedHistory {
  protected:
    std::optional<Millis> work() { return writer_.work(std::nullopt, clock_.now()); }
    void hold() { tracker_.hold_history(clock_.now()); }
    bool is_all_written() const { return tracker_.is_committed(tracker_.latest_sequence()); }
    // Whether the writer lets it be; else it has made a pass.
    bool waits() {
        const std::uint64_t before = tracker_.history_status().committed_sequence;
        const auto pause = work();
        return pause && pause <= 10ms && tracker_.history_status().committed_sequence == before &&
               !is_all_written();
    }
    void make_events(SessionHandle handle, std::uint64_t count) {
        for (std::uint64_t event = 0; event < count; ++event) {
            tracker_.open_instance(handle, event % 2 == 0 ? "A" : "B", "1", clock_.now());
        }
    }
    // A writer to which nothing is left to do.
    SessionHandle settle() {
        const SessionHandle handle = begin(1, "alice");
        tracker_.await_history(tracker_.latest_sequence());
        EXPECT_GT(work(), Millis{0});
        EXPECT_TRUE(is_all_written());
        return handle;
    }

    Writer writer_{tracker_, path(), Retention{}};
};

TEST_F(HeldHistory, IsWrittenOnceTheActIsDone) {
    settle();
    hold();
    begin(2, "bob");
    EXPECT_TRUE(waits());
    clock_.advance(kHold - 1ms);
    EXPECT_TRUE(waits());
    tracker_.await_history(tracker_.latest_sequence());
    EXPECT_FALSE(waits());
    EXPECT_TRUE(is_all_written());
}

TEST_F(HeldHistory, IsWrittenWhereNobodyIsLeftToEndTheAct) {
    settle();
    hold();
    begin(2, "bob");
    EXPECT_TRUE(waits());
    clock_.advance(kHold);
    EXPECT_FALSE(waits());
    EXPECT_TRUE(is_all_written());
}

TEST_F(HeldHistory, IsHeldByTheLastOfSeveralActs) {
    settle();
    hold();
    clock_.advance(100ms);
    hold();
    // Of a worker whose clock is behind.
    tracker_.hold_history({clock_.now().wall - 50ms, clock_.now().boot - 50ms});
    begin(2, "bob");
    clock_.advance(kHold - 1ms);
    EXPECT_TRUE(waits());
    clock_.advance(1ms);
    EXPECT_FALSE(waits());
}

TEST_F(HeldHistory, IsWrittenForAnotherAdminWhileAnActGoesOn) {
    settle();
    begin(2, "bob");
    const std::uint64_t awaited = tracker_.latest_sequence();
    begin(3, "carol");
    tracker_.await_history(awaited);
    hold();
    EXPECT_FALSE(waits());
    EXPECT_TRUE(tracker_.is_committed(awaited));
    begin(4, "dave");
    EXPECT_TRUE(waits());
}

TEST_F(HeldHistory, IsWrittenWhileAnActGoesOnForEver) {
    settle();
    begin(2, "bob");
    Millis waited{0};
    for (; waited < 2s; waited += 50ms) {
        hold();
        if (!waits()) {
            break;
        }
        clock_.advance(50ms);
    }
    EXPECT_EQ(waited, 750ms);
    EXPECT_TRUE(is_all_written());
}

TEST_F(HeldHistory, IsWrittenBeforeTheRingRunsOver) {
    const SessionHandle handle = settle();
    const std::uint64_t room = segment_.layout().geometry.events;
    hold();
    make_events(handle, room / 4 * 3);
    EXPECT_TRUE(waits());
    make_events(handle, 1);
    EXPECT_FALSE(waits());
    EXPECT_TRUE(is_all_written());
    EXPECT_EQ(tracker_.history_status().lost, 0u);
}

TEST_F(HeldHistory, WhereTheRingHasRunOverIsReadOnceAfterTheAct) {
    const SessionHandle handle = settle();
    Millis waited{0};
    for (; waited < 4s; waited += 50ms) {
        hold();
        overrun(handle);
        if (!waits()) {
            break;
        }
        clock_.advance(50ms);
    }
    EXPECT_EQ(waited, 2s);
}

TEST_F(HeldHistory, IsWrittenByAWriterThatIsToEnd) {
    settle();
    hold();
    begin(2, "bob");
    EXPECT_EQ(writer_.work(BootTime{}, clock_.now()), std::nullopt);
    EXPECT_TRUE(is_all_written());
}

TEST_F(HeldHistory, IsTakenOverWhileAnActGoesOn) {
    settle();
    hold();
    begin(2, "bob");
    Writer next{tracker_, path(), Retention{}};
    EXPECT_GT(next.work(std::nullopt, clock_.now()), Millis{0});
    EXPECT_TRUE(is_all_written());
}

// The boot clock of another boot, or a damaged word.
TEST_F(HeldHistory, IsNotHeldForLongerThanAnyActAsksFor) {
    settle();
    std::uint64_t number = 2;
    for (const std::int64_t damage : {INT64_MAX, INT64_MIN, std::int64_t{4} << 40}) {
        begin(number++, "bob");
        segment_.layout().history.held_until = damage;
        EXPECT_FALSE(waits()) << damage;
    }
}

// A pass writes 12,000 events.
TEST_F(HeldHistory, WhatIsAwaitedIsWrittenInAsManyPassesAsItTakes) {
    const testing::MemorySegment large{20'000};
    Tracker tracker = large.tracker();
    Writer writer{tracker, database_path(directory_.path().native(), "large"), Retention{}};
    const SessionHandle handle = tracker.begin(request(1, "alice"), clock_.now()).handle;
    for (int event = 0; event < 13'000; ++event) {
        tracker.open_instance(handle, event % 2 == 0 ? "A" : "B", "1", clock_.now());
    }
    tracker.await_history(tracker.latest_sequence());
    tracker.hold_history(clock_.now());
    EXPECT_EQ(writer.work(std::nullopt, clock_.now()), Millis{0});
    EXPECT_FALSE(tracker.is_committed(tracker.latest_sequence()));
    writer.work(std::nullopt, clock_.now());
    EXPECT_TRUE(tracker.is_committed(tracker.latest_sequence()));
}

}  // namespace
}  // namespace agent_sessions::tracker::history
