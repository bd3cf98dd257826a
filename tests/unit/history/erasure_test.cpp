// An erased name is in no row, and in no byte of the files.
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/history/history_database.h"
#include "tracker/history/follower.h"

namespace agent_sessions::tracker::history {
namespace {

using testing::FakeClock;
using testing::MemorySegment;
using testing::TemporaryDirectory;

constexpr std::string_view kName = "anna.schmidt@example.com";
constexpr std::string_view kPseudonym = "erased-0123";

class HistoryErasure : public ::testing::Test {
  protected:
    static SessionKey key(std::uint64_t number) { return {number * 0x9e3779b97f4a7c15U, number}; }

    SessionKey begin(std::string_view agent, std::string_view account = "acme") {
        BeginRequest begin;
        begin.key = key(++begun_);
        begin.started = clock_.now().wall;
        begin.account = account;
        begin.agent = agent;
        begin.address = "192.0.2.77";
        begin.user_agent = "Tell-tale/1.0";
        begin.confirmed = true;
        EXPECT_EQ(tracker_.begin(begin, clock_.now()).result, BeginResult::begun);
        return begin.key;
    }

    ActTicket record(ActKind kind, std::string_view agent, std::string_view accounts = kAllAccountsLine,
                     std::string_view words = {}, bool sweeping = false) {
        ActRequest act;
        act.kind = kind;
        act.user = "root";
        act.role = "admin";
        act.accounts = accounts;
        act.agent = agent;
        act.what = words;
        act.reason = words;
        act.message = words;
        act.sweeping = sweeping;
        act.pseudonym = kind == ActKind::erase ? kPseudonym : "";
        const auto ticket = tracker_.record_act(act, clock_.now());
        EXPECT_TRUE(ticket);
        return ticket.value_or(ActTicket{});
    }

    void write() {
        for (int passes = 0; passes < 100; ++passes) {
            const Follower::Outcome outcome = follower_->step(clock_.now());
            EXPECT_EQ(follower_->fault(), "");
            if (outcome == Follower::Outcome::idle) {
                return;
            }
        }
        ADD_FAILURE() << "the follower comes to no end";
    }

    std::string files() const {
        std::ostringstream all;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
            all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        }
        return all.str();
    }
    bool is_in_files(std::string_view text) const { return files().find(text) != std::string::npos; }

    std::int64_t count(const std::string& sql) const {
        return open_for_reading(path_, std::chrono::seconds{1}).integer(sql);
    }

    MemorySegment segment_;
    FakeClock clock_;
    Tracker tracker_ = segment_.tracker();
    TemporaryDirectory directory_;
    std::string path_ = database_path(directory_.path().native(), "floor");
    std::uint64_t begun_ = 0;
    std::unique_ptr<Follower> follower_;

    void SetUp() override { follower_ = std::make_unique<Follower>(tracker_, path_, Retention{}); }
};

TEST_F(HistoryErasure, TheNameIsInNoRowAndInNoByteOfTheFiles) {
    begin(kName);
    tracker_.end(begin(kName), {EndReason::administrator, "root", "Bye, Anna.Schmidt@example.com!", ""},
                 clock_.now());
    record(ActKind::terminate, kName, "acme\n", "agent \"anna.schmidt@example.com\"", true);
    write();
    EXPECT_TRUE(is_in_files(kName));
    const ActTicket ticket = record(ActKind::erase, kName);
    write();
    EXPECT_TRUE(tracker_.is_committed(ticket.sequence));
    EXPECT_FALSE(is_in_files("chmidt"));
    EXPECT_FALSE(is_in_files("Tell-tale"));
    EXPECT_FALSE(is_in_files("192.0.2.77"));
    EXPECT_EQ(segment_.bytes().find("chmidt"), std::string_view::npos);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'erased-0123'"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE message = 'Bye, erased-0123!'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM not_before WHERE agent = 'erased-0123'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM audit WHERE agent = 'erased-0123'"), 2) << "and the erasure's own";
    EXPECT_EQ(count("SELECT unscrubbed FROM state"), 0);
}

// The rows of what had begun a moment before were written under the name after it had been erased.
TEST_F(HistoryErasure, SessionsThatBeganInTheSamePassAreWrittenUnderThePseudonym) {
    begin(kName);
    record(ActKind::erase, kName);
    write();
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'erased-0123' AND address IS NULL"), 1);
    EXPECT_FALSE(is_in_files(kName));
}

// SQLite wipes what it deletes, not the copies that it leaves when it moves rows to another page.
TEST_F(HistoryErasure, NoCopyIsLeftInPagesThatWereSplit) {
    begin("first");
    write();
    {
        Connection connection = open_for_writing(path_, std::chrono::seconds{1});
        WriteTransaction change(connection);
        Statement insert = connection.prepare(R"sql(
INSERT INTO session (key, account, agent, address, user_agent, started, began_at, began_sequence, idle, absolute,
    instance, expires) VALUES (?, 1, ?, '192.0.2.77', ?, 0, 0, 0, 0, 0, 0, 9e15)
)sql");
        std::uint64_t random = 1;
        for (std::uint64_t number = 1; number <= 4000; ++number) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            const std::string other = "agent" + std::to_string(random >> 52U);
            insert
                .with(key(1000 + number), number % 37 == 0 ? std::string(kName) : other,
                      std::string(20 + (random >> 58U), 'u'))
                .run();
        }
        change.commit();
        connection.execute(
            "UPDATE session SET ended_at = 1, reason = 4, why = 'a longer row than before' "
            "WHERE began_at = 0 AND rowid % 3 = 0");
    }
    record(ActKind::erase, kName);
    write();
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'erased-0123'"), 108);
    EXPECT_FALSE(is_in_files(kName));
}

TEST_F(HistoryErasure, AnotherAccountKeepsItsAgentOfThatName) {
    begin(kName, "acme");
    begin(kName, "other");
    record(ActKind::terminate, kName, "other\n", kName);
    write();
    record(ActKind::erase, kName, "acme\n");
    write();
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'erased-0123'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'anna.schmidt@example.com'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM audit WHERE agent = 'anna.schmidt@example.com'"), 1);
    EXPECT_EQ(tracker_.account_usage("other")->agents, 1u);
    EXPECT_NE(segment_.bytes().find(kName), std::string_view::npos);
}

TEST_F(HistoryErasure, AnAccountThatIsNotInTheSegmentIsErasedFromTheHistoryAlone) {
    begin(kName, "acme");
    write();
    open_for_writing(path_, std::chrono::seconds{1}).execute(R"sql(
INSERT INTO account (name, time_zone, first_seen) VALUES ('gone', '', 0);
INSERT INTO session (key, account, agent, started, began_at, began_sequence, ended_at, idle, absolute, instance,
    expires) SELECT x'00', id, 'anna.schmidt@example.com', 0, 0, 0, 1, 0, 0, 0, 9e15 FROM account WHERE name = 'gone';
)sql");
    record(ActKind::erase, kName, "gone\n");
    write();
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'erased-0123'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE agent = 'anna.schmidt@example.com'"), 1);
}

TEST_F(HistoryErasure, AnAccountThatNobodyHasEverSeenIsNotMadeByIt) {
    begin("bob");
    record(ActKind::erase, kName, "typo\n");
    write();
    EXPECT_EQ(count("SELECT count(*) FROM account WHERE name = 'typo'"), 0);
}

// A reader keeps the log from being cut off; until it is, the erasure is not done.
TEST_F(HistoryErasure, WaitsForAReaderOfTheLogAndIsDoneLater) {
    begin(kName);
    write();
    Connection reader = open_for_reading(path_, std::chrono::seconds{1});
    reader.execute("BEGIN");
    ASSERT_EQ(reader.integer("SELECT count(*) FROM session"), 1);
    const ActTicket ticket = record(ActKind::erase, kName);
    follower_->step(clock_.now());
    EXPECT_EQ(count("SELECT unscrubbed FROM state"), 1);
    reader.execute("COMMIT");
    follower_ = std::make_unique<Follower>(tracker_, path_, Retention{});  // it may even be another process
    write();
    EXPECT_TRUE(tracker_.is_committed(ticket.sequence));
    EXPECT_EQ(count("SELECT unscrubbed FROM state"), 0);
    EXPECT_FALSE(is_in_files(kName));
}

TEST_F(HistoryErasure, IsNotToldAsDoneByTheWriterThatFollowsOneThatDiedInIt) {
    begin(kName);
    write();
    const ActTicket ticket = record(ActKind::erase, kName);
    Connection reader = open_for_reading(path_, std::chrono::seconds{1});
    reader.execute("BEGIN");
    ASSERT_EQ(reader.integer("SELECT count(*) FROM session"), 1);
    follower_->step(clock_.now());
    follower_.reset();
    // It died before it could say so.
    segment_.layout().history.committed_sequence.store(ticket.sequence - 1);

    const std::int64_t epoch = count("SELECT epoch FROM state");
    Follower successor(tracker_, path_, Retention{});
    auto pass = std::async(std::launch::async, [&] { return successor.step(clock_.now()); });
    while (count("SELECT epoch FROM state") == epoch) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_FALSE(tracker_.is_committed(ticket.sequence));
    reader.execute("COMMIT");
    pass.get();
    EXPECT_TRUE(tracker_.is_committed(ticket.sequence));
    EXPECT_FALSE(is_in_files(kName));
}

}  // namespace
}  // namespace agent_sessions::tracker::history
