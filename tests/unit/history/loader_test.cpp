// A segment and a database that meet: at a start, or later when the disk was out of reach until then.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/follower.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"
#include "tracker/history/table_rows.h"

namespace agent_sessions::tracker::history {
namespace {

using agent_sessions::testing::FakeClock;
using agent_sessions::testing::MemorySegment;
using agent_sessions::testing::TemporaryDirectory;

class HistoryLoader : public ::testing::Test {
  protected:
    HistoryLoader() { std::filesystem::create_directory(state_); }

    std::string path() const { return database_path(state_.native(), "floor"); }
    void hide_disk() { std::filesystem::rename(state_, hidden_); }
    void show_disk() { std::filesystem::rename(hidden_, state_); }
    std::int64_t number(const std::string& sql) const {
        return open_for_reading(path(), std::chrono::seconds{1}).integer(sql);
    }

    static SessionKey key(std::uint64_t number) { return {number, number}; }

    void begin(Tracker tracker, std::uint64_t number) {
        BeginRequest request;
        request.key = key(number);
        request.started = clock_.now().wall;
        request.account = "acme";
        const std::string agent = "agent" + std::to_string(number);
        request.agent = agent;
        ASSERT_EQ(tracker.begin(request, clock_.now()).result, BeginResult::begun);
    }

    void end(Tracker tracker, std::uint64_t number) {
        ASSERT_EQ(tracker.end(key(number), {EndReason::administrator, "root"}, clock_.now()),
                  EndResult::ended);
        ActRequest act;
        act.user = "root";
        act.role = "admin";
        act.accounts = kAllAccountsLine;
        act.ended = 1;
        ASSERT_TRUE(tracker.record_act(act, clock_.now()));
    }

    void follow(Tracker tracker) {
        Follower follower(tracker, path(), Retention{});
        for (int step = 0; step < 100; ++step) {
            clock_.advance(Millis{500});
            if (follower.step(clock_.now()) == Follower::Outcome::idle) {
                return;
            }
        }
        FAIL() << follower.fault();
    }

    Found::State state_of(Tracker tracker, std::uint64_t number) {
        return tracker.find(key(number), clock_.now()).state;
    }

    // Segments of different starts are told apart by their UUID.
    static void be_another(MemorySegment& segment) { segment.layout().uuid[0] ^= 1; }

    FakeClock clock_;
    TemporaryDirectory directory_;
    std::filesystem::path state_ = directory_.path() / "state";
    std::filesystem::path hidden_ = directory_.path() / "hidden";
};

TEST_F(HistoryLoader, WhatBeganBeforeTheDiskCameIsWrittenBesideWhatWasThere) {
    MemorySegment before;
    ASSERT_EQ(load_at_start(before.tracker(), path(), clock_.now()).fault, "");
    for (std::uint64_t number = 1; number <= 20; ++number) {
        begin(before.tracker(), number);
    }
    end(before.tracker(), 1);
    follow(before.tracker());
    clock_.advance(std::chrono::minutes{1});

    MemorySegment after;
    be_another(after);
    Tracker tracker = after.tracker();
    hide_disk();
    ASSERT_NE(load_at_start(tracker, path(), clock_.now()).fault, "");
    begin(tracker, 101);
    begin(tracker, 102);
    end(tracker, 102);
    // A cookie of somebody who was ended, while nobody could know that.
    begin(tracker, 1);
    show_disk();
    follow(tracker);

    EXPECT_EQ(state_of(tracker, 1), Found::State::ended);
    EXPECT_EQ(state_of(tracker, 2), Found::State::live);
    EXPECT_EQ(state_of(tracker, 101), Found::State::live);
    EXPECT_EQ(state_of(tracker, 102), Found::State::ended);
    EXPECT_EQ(number("SELECT count(*) FROM session"), 22);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE ended_at IS NULL"), 20);
    EXPECT_EQ(tracker.overall_usage().current, 20U);
    EXPECT_EQ(number("SELECT count(*) FROM audit"), 2) << "acts took each other's number";
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE began_sequence > ended_sequence"), 0);
    EXPECT_EQ(number("SELECT max(peak) FROM peak"), 20) << "the maximum knows of those who came back";
    EXPECT_EQ(number("SELECT lost FROM state"), 0);
    EXPECT_TRUE(tracker.is_committed(tracker.latest_sequence()));
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
}

TEST_F(HistoryLoader, NumbersGoOnBehindThoseOfTheDatabaseWhateverTheClockSays) {
    MemorySegment before;
    hide_disk();
    ASSERT_NE(load_at_start(before.tracker(), path(), clock_.now()).fault, "");
    begin(before.tracker(), 1);
    show_disk();
    follow(before.tracker());
    const std::uint64_t last = before.tracker().latest_sequence();

    // The clock was a year ahead then.
    clock_.jump_wall(-std::chrono::hours{24 * 365});
    MemorySegment after;
    be_another(after);
    hide_disk();
    ASSERT_NE(load_at_start(after.tracker(), path(), clock_.now()).fault, "");
    begin(after.tracker(), 2);
    end(after.tracker(), 2);
    show_disk();
    follow(after.tracker());
    begin(after.tracker(), 3);
    follow(after.tracker());
    EXPECT_GT(after.tracker().latest_sequence(), last);
    EXPECT_EQ(number("SELECT count(*) FROM session"), 3);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE ended_at IS NOT NULL"), 1);
}

TEST_F(HistoryLoader, OnlyTheFirstWorkerWaitsForADatabaseThatFails) {
    MemorySegment segment;
    hide_disk();
    EXPECT_NE(load_at_start(segment.tracker(), path(), clock_.now()).fault, "");
    EXPECT_EQ(segment.tracker().history_status().state, HistoryState::failing);
    const Load second = load_at_start(segment.tracker(), path(), clock_.now());
    EXPECT_EQ(second.fault, "");
    EXPECT_FALSE(second.loaded);
    show_disk();
}

TEST_F(HistoryLoader, EndsThatDoNotFitAreCounted) {
    MemorySegment before;
    ASSERT_EQ(load_at_start(before.tracker(), path(), clock_.now()).fault, "");
    begin(before.tracker(), 1);
    end(before.tracker(), 1);
    follow(before.tracker());
    // More than a segment of this capacity has slots.
    open_for_writing(path(), std::chrono::seconds{1}).execute(R"sql(
WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000)
INSERT INTO session (key, account, started, began_at, began_sequence, ended_at, ended_sequence, reason, idle, absolute,
                     instance, expires)
SELECT randomblob(16), account, started, began_at, began_sequence, ended_at, ended_sequence, reason, idle, absolute,
       instance, expires FROM session, numbers
)sql");
    MemorySegment after;
    be_another(after);
    const Load load = load_at_start(after.tracker(), path(), clock_.now());
    EXPECT_EQ(load.fault, "");
    EXPECT_EQ(load.what.ended, after.tracker().figures().slots);
    EXPECT_EQ(load.what.ended + load.what.left_out, 3000U);
}

TEST_F(HistoryLoader, ARunOutSessionOfWhichOnlyTheCookieIsKnownEndsInTheDatabaseToo) {
    MemorySegment segment;
    Tracker tracker = segment.tracker();
    ASSERT_EQ(load_at_start(tracker, path(), clock_.now()).fault, "");
    begin(tracker, 1);
    follow(tracker);
    // As if its end had been overwritten in the ring, and its slot taken by others since.
    open_for_writing(path(), std::chrono::seconds{1})
        .execute("UPDATE session SET key = x'00000000000000090000000000000009'");
    ASSERT_TRUE(tracker.remember_run_out(key(9), clock_.now().wall, "acme", Lifetime{}, clock_.now()));
    Connection connection = open_for_writing(path(), std::chrono::seconds{1});
    AccountIds accounts(connection);
    SessionWriter sessions(connection, accounts);
    HistoryFeed feed(tracker);
    WriteTransaction change(connection);
    TableRows(feed, sessions).end_missing(connection, 1, clock_.now());
    change.commit();
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE ended_at IS NULL"), 0);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
