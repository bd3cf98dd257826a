#include "tracker/history/follower.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "tests/unit/history/followed_history.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

// How many transactions the write-ahead log holds: the frames that tell the database's size.
int commits_in(const std::string& log) {
    std::ifstream file(log, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    constexpr std::size_t kHeader = 32;
    constexpr std::size_t kFrameHeader = 24;
    const auto word = [&bytes](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t byte = 0; byte < 4; ++byte) {
            value = value << 8 | static_cast<std::uint8_t>(bytes[at + byte]);
        }
        return value;
    };
    int commits = 0;
    for (std::size_t at = kHeader; at + kFrameHeader < bytes.size(); at += kFrameHeader + word(8)) {
        const bool is_of_this_log = word(at + 8) == word(16) && word(at + 12) == word(20);
        commits += is_of_this_log && word(at + 4) != 0 ? 1 : 0;
    }
    return commits;
}

class TheFollower : public FollowedHistory {};

// Health tells what has waited for too long only where somebody writes.
TEST_F(TheFollower, IsWaitedForFromItsFirstPassOn) {
    HistoryFeed feed(tracker_);
    EXPECT_EQ(tracker_.history_status().state, HistoryState::none);
    feed.note_writer(clock_.now());
    EXPECT_EQ(tracker_.history_status().state, HistoryState::writing);
    EXPECT_EQ(tracker_.history_status().last_commit, clock_.now().boot);
    feed.note_state(HistoryState::failing, SQLITE_IOERR);
    clock_.advance(5s);
    feed.note_writer(clock_.now());
    EXPECT_EQ(tracker_.history_status().state, HistoryState::failing) << "what failed before is not hidden";
    EXPECT_EQ(tracker_.history_status().last_commit, clock_.now().boot - 5s);
}

TEST_F(TheFollower, WritesWhatBeganAndEndedOnce) {
    begin(1, "alice");
    begin(2);
    clock_.advance(1min);
    end(1);
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(follow(), Outcome::idle);
    EXPECT_EQ(sessions(), 2);
    EXPECT_EQ(alive(), 1);
    EXPECT_EQ(text("SELECT agent FROM session WHERE ended_at IS NOT NULL"), "alice");
    EXPECT_EQ(text("SELECT ended_by FROM session WHERE ended_at IS NOT NULL"), "root");
    EXPECT_EQ(number("SELECT ended_at - began_at FROM session WHERE ended_at IS NOT NULL"), 60'000);
    EXPECT_TRUE(tracker_.is_committed(tracker_.latest_sequence()));
}

TEST_F(TheFollower, SkipsWhatIsWrittenAlready) {
    begin(1, "alice");
    follow();
    execute("UPDATE session SET agent = 'as it was written'");
    Follower next(tracker_, path(), Retention{});
    begin(2);
    follow(next);
    EXPECT_EQ(text("SELECT agent FROM session WHERE agent IS NOT NULL"), "as it was written");
    EXPECT_EQ(sessions(), 2);
}

TEST_F(TheFollower, OneThatWasFollowedByAnotherWritesNoMore) {
    begin(1);
    follow();
    Follower next(tracker_, path(), Retention{});
    follow(next);
    begin(2);
    EXPECT_EQ(follow(), Outcome::replaced);
    EXPECT_EQ(sessions(), 1);
    EXPECT_EQ(follow(next), Outcome::wrote);
    EXPECT_EQ(sessions(), 2);
}

TEST_F(TheFollower, ManyEndsShareOneCommit) {
    for (std::uint64_t session = 1; session <= 200; ++session) {
        begin(session, "alice");
    }
    follow();
    const int before = commits_in(path() + "-wal");
    for (std::uint64_t session = 1; session <= 200; ++session) {
        end(session);
    }
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(alive(), 0);
    EXPECT_EQ(commits_in(path() + "-wal") - before, 1);
}

TEST_F(TheFollower, ReadsTheTableWhereTheRingRanOver) {
    const SessionHandle handle = begin(1, "alice");
    begin(2, "bob");
    follow();
    begin(3, "carol");
    end(2);
    overrun(handle);
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(sessions(), 3);
    EXPECT_EQ(alive(), 2);
    EXPECT_EQ(text("SELECT ended_by FROM session WHERE agent = 'bob'"), "root");
    begin(4);
    follow();
    EXPECT_EQ(sessions(), 4);
}

TEST_F(TheFollower, WhatTheRingLostIsToldToHealth) {
    const SessionHandle handle = begin(1);
    follow();
    EXPECT_EQ(tracker_.history_status().lost, 0u);
    const std::uint64_t before = tracker_.latest_sequence();
    overrun(handle);
    const std::uint64_t lost = tracker_.latest_sequence() - before - segment_.layout().geometry.events;
    follow();
    EXPECT_EQ(tracker_.history_status().lost, lost);
    EXPECT_EQ(number("SELECT lost FROM state"), static_cast<std::int64_t>(lost));
}

TEST_F(TheFollower, WhatBeganAndEndedInTheGapAndIsRememberedIsNotLost) {
    const SessionHandle handle = begin(1);
    begin(2);
    follow();
    BeginRequest carol = request(3, "carol");
    carol.started -= 5min;
    tracker_.begin(carol, clock_.now());
    clock_.advance(1min);
    end(3);
    overrun(handle);
    follow();
    EXPECT_EQ(text("SELECT agent FROM session WHERE ended_at IS NOT NULL"), "carol") << "read from the table";
    EXPECT_EQ(number("SELECT ended_at - began_at FROM session WHERE agent = 'carol'"), 60'000)
        << "counted from its begin";
}

TEST_F(TheFollower, ADatabaseThatWasRemovedIsWrittenAnew) {
    begin(1, "alice");
    begin(2, "bob");
    follow();
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(path() + suffix);
    }
    end(2);
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(sessions(), 2);
    EXPECT_EQ(alive(), 1);
    EXPECT_EQ(tracker_.history_status().lost, 0u) << "it had been written, and was taken away";
}

TEST_F(TheFollower, ALockedDatabaseIsWrittenOnceItIsFree) {
    begin(1);
    follow();
    Connection other = database();
    begin(2);
    {
        const WriteTransaction holder(other);
        EXPECT_EQ(follow(), Outcome::failed);
        EXPECT_EQ(tracker_.history_status().state, HistoryState::busy);
        EXPECT_FALSE(follower_.fault().empty());
        EXPECT_FALSE(tracker_.is_committed(tracker_.latest_sequence()));
    }
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(tracker_.history_status().state, HistoryState::writing);
    EXPECT_TRUE(follower_.fault().empty());
    EXPECT_EQ(sessions(), 2);
}

TEST_F(TheFollower, AnotherNginxsDatabaseIsLeftAlone) {
    begin(1);
    follow();
    execute("UPDATE state SET segment = x'00112233445566778899aabbccddeeff'");
    begin(2);
    EXPECT_EQ(follow(), Outcome::replaced);
    EXPECT_EQ(follow(), Outcome::failed);
    EXPECT_EQ(tracker_.history_status().state, HistoryState::unusable);
    EXPECT_NE(follower_.fault().find("it belongs to another nginx"), std::string::npos);
    EXPECT_EQ(sessions(), 1);
}

TEST_F(TheFollower, ANameLearnedAtTheVeryEndDoesNotTakeTheLabelAway) {
    BeginRequest labelled = request(1);
    labelled.label = "billing";
    const SessionHandle handle = tracker_.begin(labelled, clock_.now()).handle;
    follow();
    tracker_.identify(handle, "alice", clock_.now());
    end(1);
    follow();
    EXPECT_EQ(text("SELECT agent FROM session"), "alice");
    EXPECT_EQ(text("SELECT label FROM session"), "billing");
}

TEST_F(TheFollower, ALabelThatIsTakenAwayIsTakenAway) {
    BeginRequest labelled = request(1, "alice");
    labelled.label = "billing";
    const SessionHandle handle = tracker_.begin(labelled, clock_.now()).handle;
    follow();
    tracker_.relabel(handle, "", clock_.now());
    follow();
    EXPECT_EQ(text("SELECT label FROM session"), "-");
}

TEST_F(TheFollower, LastActivityIsNeverBeforeTheStart) {
    clock_.advance(999ms);
    begin(1);
    end(1);
    follow();
    EXPECT_EQ(number("SELECT last_seen - started FROM session"), 0);
}

TEST_F(TheFollower, AnUnrecordedSessionIsCountedAndNobodys) {
    BeginRequest secret = request(1, "alice");
    secret.recorded = false;
    secret.label = "billing";
    secret.address = "192.0.2.1";
    secret.user_agent = "Firefox";
    tracker_.begin(secret, clock_.now());
    follow();
    end(1);
    follow();
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent IS NULL AND label IS NULL AND address IS NULL "
                     "AND user_agent IS NULL AND logged_in_at IS NULL AND ended_at IS NOT NULL"),
              1);
    EXPECT_EQ(number("SELECT peak FROM peak JOIN account ON id = account WHERE name = 'acme'"), 1);
}

TEST_F(TheFollower, AnUnrecordedSessionStaysNobodysWhereTheTableIsRead) {
    BeginRequest secret = request(1, "alice");
    secret.recorded = false;
    secret.address = "192.0.2.1";
    tracker_.begin(secret, clock_.now());
    secret.key = key(2);
    tracker_.begin(secret, clock_.now());
    const SessionHandle handle = begin(3);
    overrun(handle);
    end(2);
    follow();
    EXPECT_EQ(sessions(), 3);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent IS NOT NULL OR address IS NOT NULL"), 0);
}

TEST_F(TheFollower, AnErasureReachesTheNamesOfItsOwnPass) {
    begin(1, "alice");
    end(1);
    const SessionHandle handle = begin(2);
    tracker_.identify(handle, "alice", clock_.now());
    erase("alice");
    follow();
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent = 'alice'"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent = 'erased-1'"), 2);
    EXPECT_EQ(row(2).agent, "erased-1") << "in the table too";
}

TEST_F(TheFollower, FiguresOfAQuarterHourAreWrittenAsTheyRise) {
    begin(1, "alice");
    clock_.advance(1s);
    follow();
    begin(2, "bob");
    begin(3);
    const WallTime at = clock_.now().wall;
    clock_.advance(2s);
    end(3);
    follow();
    EXPECT_EQ(number("SELECT peak FROM peak JOIN account ON id = account WHERE name = 'acme'"), 3);
    EXPECT_EQ(number("SELECT peak_at FROM peak JOIN account ON id = account WHERE name = '*'"),
              at.time_since_epoch().count());
    EXPECT_EQ(number("SELECT agents FROM peak JOIN account ON id = account WHERE name = '*'"), 2);
}

TEST_F(TheFollower, ASessionOpenOverMidnightCountsInBothDays) {
    BeginRequest long_one = request(1, "alice");
    long_one.lifetime.absolute = 24h;
    tracker_.begin(long_one, clock_.now());
    for (int quarter = 0; quarter < 4 * 13; ++quarter) {
        tracker_.touch(find(1).handle, clock_.now());
        clock_.advance(15min);
        tracker_.roll_quarters(0, 16, clock_.now());
        if (quarter == 4 * 12) {
            follow();
        }
    }
    follow();
    EXPECT_EQ(number("SELECT min(peak) FROM peak JOIN account ON id = account WHERE name = 'acme'"), 1);
    EXPECT_EQ(number("SELECT count(DISTINCT quarter / 96) FROM peak JOIN account ON id = account "
                     "WHERE name = 'acme' AND peak = 1"),
              2);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
