#include "tracker/memory/acts.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"
#include "tracker/memory/transaction.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker {
namespace {

using namespace std::chrono_literals;

class ActArea : public agent_sessions::testing::TrackerTest {
  protected:
    std::optional<ActTicket> record(bool refused = false) {
        ActRequest request;
        request.refused = refused;
        request.user = "root";
        request.what = "a ref";
        return tracker_.record_act(request, clock_.now());
    }
    void save_all() {
        HistoryFeed::Saved saved;
        saved.acts = feed_.next_act();
        feed_.note_saved(saved, clock_.now());
    }
    std::uint64_t room() { return segment_.layout().geometry.acts; }

    HistoryFeed feed_{tracker_};
};

TEST_F(ActArea, AnActIsAnEventAndIsReadBack) {
    const auto ticket = record();
    ASSERT_TRUE(ticket);
    EXPECT_EQ(tracker_.latest_sequence(), ticket->sequence);
    const auto act = feed_.read_act(ticket->number);
    ASSERT_TRUE(act);
    EXPECT_EQ(act->user, "root");
    EXPECT_EQ(act->what, "a ref");
    EXPECT_EQ(act->sequence, ticket->sequence);
    EXPECT_EQ(act->boundary, 0u);
    EXPECT_EQ(act->account, "*");
}

TEST_F(ActArea, AFullAreaTakesNoMoreAndCountsTheLoss) {
    for (std::uint64_t number = 0; number < room(); ++number) {
        ASSERT_TRUE(record());
    }
    EXPECT_FALSE(record());
    EXPECT_EQ(tracker_.history_status().lost, 1u);
    EXPECT_EQ(tracker_.history_status().unsaved_acts, room());
    save_all();
    EXPECT_TRUE(record());
}

// A writer that counted one had it on disk under a number that the next act gets, which then stayed in
// memory.
TEST_F(ActArea, AnActThatIsUndoneIsNeverCounted) {
    record();
    const std::uint64_t next = feed_.next_act();
    std::future<std::uint64_t> counted;
    {
        memory::Layout& layout = segment_.layout();
        const memory::ZoneGuard guard(layout, Waiting::patient);
        memory::Transaction change(layout);
        change.set(layout.totals.next_act, next + 1);
        counted = std::async(std::launch::async, [this] { return feed_.next_act(); });
        counted.wait_for(50ms);
    }
    EXPECT_EQ(counted.get(), next);
}

TEST_F(ActArea, NothingUnsavedIsOverwritten) {
    const auto first = record();
    for (std::uint64_t number = 1; number < 2 * room(); ++number) {
        record();
    }
    ASSERT_TRUE(feed_.read_act(first->number));
    save_all();
    record();
    EXPECT_FALSE(feed_.read_act(first->number)) << "its place is given away";
}

TEST_F(ActArea, RefusedOnesLeaveRoomForWhatWasDone) {
    for (int second = 0; second < 100; ++second) {
        for (int attempt = 0; attempt < 20; ++attempt) {
            record(true);
        }
        clock_.advance(1s);
    }
    EXPECT_LE(tracker_.history_status().unsaved_acts, room() / 4);
    EXPECT_TRUE(record());
}

TEST_F(ActArea, TenRefusedOnesASecondAreEnough) {
    for (int attempt = 0; attempt < 30; ++attempt) {
        record(true);
    }
    EXPECT_EQ(tracker_.history_status().unsaved_acts, 10u);
    clock_.advance(1s);
    EXPECT_TRUE(record(true));
}

TEST_F(ActArea, ASweepingOneHasABoundaryThatCoversWhatHasBegun) {
    begin(1);
    const std::uint64_t begun = tracker_.latest_sequence();
    ActRequest request;
    request.sweeping = true;
    request.account = "acme";
    const auto ticket = tracker_.record_act(request, clock_.now());
    begin(2);
    const auto act = feed_.read_act(ticket->number);
    EXPECT_GE(act->boundary, begun);
    EXPECT_EQ(act->account, "acme");
    Event event;
    ASSERT_EQ(feed_.read_event(tracker_.latest_sequence(), event), EventRead::read);
    EXPECT_LT(act->boundary, event.sequence);
}

TEST_F(ActArea, AnAccountThatIsNotKnownIsNeverTakenForAllOfThem) {
    ActRequest request;
    request.sweeping = true;
    request.account = "a new one";
    const auto ticket = tracker_.record_act(request, clock_.now());
    EXPECT_EQ(feed_.read_act(ticket->number)->account, "a new one");
}

TEST_F(ActArea, TheNumberOfEndsIsToldByTheActAndByItsEvent) {
    const auto ticket = record();
    const std::uint64_t sequence = *tracker_.finish_act(*ticket, 42, clock_.now());
    EXPECT_EQ(feed_.read_act(ticket->number)->ended, 42u);
    Event event;
    ASSERT_EQ(feed_.read_event(sequence, event), EventRead::read);
    EXPECT_EQ(event.kind, EventKind::finished);
    EXPECT_EQ(event.key.high, 42u);
    EXPECT_EQ(event.key.low, ticket->number);
}

TEST_F(ActArea, AnErasedNameIsBlanked) {
    ActRequest request;
    request.kind = ActKind::erase;
    request.agent = "alice";
    const auto ticket = tracker_.record_act(request, clock_.now());
    feed_.blank_act(ticket->number);
    EXPECT_EQ(feed_.read_act(ticket->number)->agent, "");
}

}  // namespace
}  // namespace agent_sessions::tracker
