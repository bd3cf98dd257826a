// An end that waits for the agent is as durable as a termination.
#include <gtest/gtest.h>

#include "tests/unit/history/followed_history.h"
#include "tracker/history/loader.h"
#include "tracker/history/session_queries.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

class FinishingHistory : public FollowedHistory {
  protected:
    FinishingHistory() { after_.layout().uuid[0] ^= 0xff; }

    SessionHandle busy_session(std::uint64_t session) {
        const SessionHandle handle = begin(session, "ada");
        tracker_.open_instance(handle, "Billing", "1", clock_.now());
        return handle;
    }
    void let_finish(std::uint64_t session, std::optional<Millis> limit = 5min) {
        EXPECT_EQ(
            tracker_.end_when_finished(key(session), {EndReason::administrator, "root", "At noon.", "update"},
                                       limit, clock_.now()),
            FinishResult::pending);
    }
    std::int64_t pending() const {
        return number("SELECT count(*) FROM session WHERE ended_at IS NULL AND ending_since IS NOT NULL");
    }
    void lose_the_segment() { EXPECT_EQ(load_at_start(revived_, path(), clock_.now()).fault, ""); }
    std::optional<PendingEnd> revived_end(std::uint64_t session) {
        Row row;
        EXPECT_TRUE(revived_.read_row(key(session), clock_.now(), row));
        return row.pending_end;
    }

    testing::MemorySegment after_;
    Tracker revived_ = after_.tracker();
};

TEST_F(FinishingHistory, ItsLimitAndWordsStandInTheRowUntilItIsKept) {
    busy_session(1);
    let_finish(1);
    follow();
    EXPECT_EQ(number("SELECT ending_until - ending_since FROM session"), Millis(5min).count());
    EXPECT_EQ(text("SELECT ended_by || ' ' || why || ' ' || message FROM session"), "root update At noon.");
    EXPECT_EQ(alive(), 1);
    tracker_.keep(key(1), clock_.now());
    follow();
    EXPECT_EQ(pending(), 0);
    EXPECT_EQ(text("SELECT ended_by FROM session"), "-");
    EXPECT_EQ(text("SELECT message FROM session"), "-");
}

TEST_F(FinishingHistory, TheEndTakesItsPlace) {
    const SessionHandle handle = busy_session(1);
    let_finish(1);
    follow();
    tracker_.close_instance(handle, "Billing", "1", clock_.now());
    follow();
    EXPECT_EQ(alive(), 0);
    EXPECT_EQ(text("SELECT ending_since FROM session"), "-");
    EXPECT_EQ(text("SELECT reason || ' ' || ended_by || ' ' || message FROM session"), "1 root At noon.");
}

TEST_F(FinishingHistory, ALogoutLeavesNoWordsOfIt) {
    busy_session(1);
    let_finish(1);
    follow();
    tracker_.end(key(1), {EndReason::logout, {}, {}}, clock_.now());
    follow();
    EXPECT_EQ(text("SELECT ended_by FROM session"), "-");
    EXPECT_EQ(text("SELECT message FROM session"), "-");
}

TEST_F(FinishingHistory, AnotherSegmentGoesOnWithIt) {
    busy_session(1);
    busy_session(2);
    let_finish(1, 5min);
    let_finish(2, std::nullopt);
    const WallTime asked = clock_.now().wall;
    follow();
    clock_.advance(2min);
    lose_the_segment();
    ASSERT_TRUE(revived_end(1));
    EXPECT_EQ(*revived_end(1), (PendingEnd{asked, asked + 5min, "root", "At noon.", "update"}));
    EXPECT_EQ(revived_end(2)->until, std::nullopt);
    clock_.advance(3min);
    revived_.sweep(0, 100, clock_.now());
    EXPECT_EQ(revived_.find(key(1), clock_.now()).reason, EndReason::administrator);
    EXPECT_EQ(revived_.find(key(2), clock_.now()).state, Found::State::live);
    EXPECT_EQ(revived_.validate(), std::vector<std::string>{});
}

TEST_F(FinishingHistory, KeptOnDiskItIsNotRevived) {
    busy_session(1);
    let_finish(1);
    tracker_.keep(key(1), clock_.now());
    follow();
    lose_the_segment();
    EXPECT_EQ(revived_end(1), std::nullopt);
}

TEST_F(FinishingHistory, OneThatRanOutWhileNginxWasDownRanOut) {
    busy_session(1);
    let_finish(1);
    follow();
    clock_.advance(13h);
    lose_the_segment();
    EXPECT_EQ(revived_.find(key(1), clock_.now()).state, Found::State::unknown) << "its cookie is too old";
    EXPECT_EQ(text("SELECT reason FROM session"), "5");
    EXPECT_EQ(text("SELECT ended_by FROM session"), "-");
    EXPECT_EQ(text("SELECT ending_since FROM session"), "-");
}

TEST_F(FinishingHistory, ATerminationOfAllWinsOverIt) {
    busy_session(1);
    let_finish(1);
    sweep("*");
    follow();
    lose_the_segment();
    EXPECT_EQ(revived_.find(key(1), clock_.now()).reason, EndReason::administrator);
    EXPECT_EQ(revived_.ended_facts(revived_.find(key(1), clock_.now()).handle)->why, "the shift is over");
}

TEST_F(FinishingHistory, WhereTheRingRanOverTheTableTells) {
    const SessionHandle asked = busy_session(1);
    busy_session(2);
    let_finish(2);
    follow();
    let_finish(1);
    tracker_.keep(key(2), clock_.now());
    overrun(asked);
    follow();
    EXPECT_EQ(pending(), 1);
    EXPECT_EQ(text("SELECT message FROM session WHERE ending_since IS NOT NULL"), "At noon.");
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE message IS NOT NULL"), 1);
}

TEST_F(FinishingHistory, ItIsNoEndInTheListsOfWhatHasBeen) {
    busy_session(1);
    let_finish(1);
    follow();
    Connection connection = open_for_reading(path(), 1s);
    SessionQuestion question;
    question.accounts.all = true;
    question.from = clock_.now().wall;
    const SessionPage page = read_sessions(connection, question);
    ASSERT_EQ(page.sessions.size(), 1U);
    EXPECT_EQ(page.sessions[0].by, std::nullopt);
    EXPECT_EQ(page.sessions[0].why, std::nullopt);
    EXPECT_EQ(page.sessions[0].message, std::nullopt);
    question.by = "root";
    EXPECT_EQ(read_sessions(connection, question).sessions.size(), 0U);
}

TEST_F(FinishingHistory, AnErasedNameIsInNeitherOfItsTexts) {
    busy_session(1);
    tracker_.end_when_finished(key(1), {EndReason::administrator, "root", "Ada, at noon.", "ada asked"}, 5min,
                               clock_.now());
    follow();
    erase("ada");
    follow();
    Row row;
    ASSERT_TRUE(tracker_.read_row(key(1), clock_.now(), row));
    EXPECT_EQ(row.pending_end->message, "erased-1, at noon.");
    EXPECT_EQ(row.pending_end->why, "erased-1 asked");
    EXPECT_EQ(text("SELECT message || ' ' || why FROM session"), "erased-1, at noon. erased-1 asked");
}

}  // namespace
}  // namespace agent_sessions::tracker::history
