// The worker that writes the history dies, freezes, reloads or is upgraded while admins end sessions: another
// one goes on, nothing is lost and nothing is written twice (ARCHITECTURE 4 and 5).
#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>

#include "tests/e2e/support/faulty_disk.h"
#include "tests/e2e/support/history_test.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

constexpr std::size_t kThreads = 3;

class Takeover : public HistoryTest {
  protected:
    pid_t another_than(pid_t worker) const {
        for (const pid_t other : server.workers()) {
            if (other != worker) {
                return other;
            }
        }
        ADD_FAILURE() << "there is no other worker";
        return 0;
    }

    pid_t wait_for_writer() const {
        pid_t found = 0;
        EXPECT_TRUE(wait_until([&] { return (found = writer()) != 0; })) << "nobody writes the history";
        return found;
    }

    // The rows are those of the ledger, one each; what was answered is in the audit, once. Who was killed
    // before the answer may have been asked again.
    void expect_the_ledger(const Terminators& terminators, std::size_t unanswered_begins) {
        ASSERT_TRUE(wait_for_health());
        EXPECT_TRUE(wait_until([&] {
            return history.number("SELECT count(*) FROM session WHERE ended_at IS NULL") == admin().current();
        }));
        std::size_t answered = 0;
        const auto rows = history.sessions();
        for (const Termination& termination : terminators.ledger()) {
            const auto row = rows.find(termination.ref);
            ASSERT_NE(row, rows.end()) << termination.ref;
            if (termination.told != Termination::Told::nothing) {
                ++answered;
                EXPECT_TRUE(row->second.ended) << termination.ref;
                EXPECT_EQ(row->second.reason, 1) << termination.ref;
            }
        }
        EXPECT_GT(answered, 0U);
        EXPECT_GE(rows.size(), terminators.ledger().size());
        EXPECT_LE(rows.size(), terminators.ledger().size() + unanswered_begins);
        const auto told = static_cast<std::size_t>(history.number("SELECT sum(ended) FROM audit"));
        EXPECT_GE(told, answered);
        EXPECT_LE(told,
                  static_cast<std::size_t>(history.number("SELECT count(*) FROM session WHERE reason = 1")));
        EXPECT_EQ(history.number("SELECT count(*) FROM audit WHERE ended > 1"), 0);
        EXPECT_EQ(history.number("SELECT lost FROM state"), 0);
        EXPECT_EQ(history.half_written(), 0);
    }

    void expect_durable_without_the_segment(const Terminators& terminators) {
        server.kill_all();
        lose_segment();
        start();
        Connection connection(origin());
        for (const Termination& termination : terminators.ledger()) {
            if (termination.told == Termination::Told::durable) {
                EXPECT_TRUE(is_message_for_script(click_with(connection, termination.cookie)))
                    << termination.ref;
            }
        }
    }

    // A process that froze in the middle of a commit keeps the database locked.
    pid_t freeze_the_writer_in_its_commit(FaultyDisk& disk, Connection& other) {
        wait_for_writer();
        const pid_t frozen = history_process();
        end_sessions_until_durable(other);
        disk->freeze_in_next(file_faults::kSyncCalls);
        in_memory_.push_back(end_a_session(other));
        EXPECT_FALSE(in_memory_.back().durable) << "the writer did not freeze";
        EXPECT_EQ(disk->refused.load(), 1U);
        return frozen;
    }

    std::vector<Ended> in_memory_;
};

TEST_F(Takeover, AKilledWriterIsFollowedAndNothingIsLostOrWrittenTwice) {
    const std::size_t kills = agent_sessions::testing::is_soak() ? 200 : 8;
    start();
    Terminators terminators(origin(), kThreads, 1);
    for (std::size_t kill = 0; kill < kills; ++kill) {
        const std::size_t before = terminators.durable();
        ASSERT_TRUE(wait_until([&] { return terminators.durable() > before; })) << "nothing becomes durable";
        ASSERT_TRUE(server.kill_worker(wait_for_writer()));
    }
    const std::size_t before = terminators.durable();
    EXPECT_TRUE(wait_until([&] { return terminators.durable() > before; })) << "nobody followed";
    terminators.stop();
    EXPECT_EQ(terminators.failures(), std::vector<std::string>{});
    expect_the_ledger(terminators, kThreads * kills);
    expect_durable_without_the_segment(terminators);
}

TEST_F(Takeover, AFrozenWriterIsFollowedAndDoesNotWriteAgain) {
    start();
    const pid_t frozen = wait_for_writer();
    Connection other = connection_to(another_than(frozen));
    ASSERT_TRUE(end_a_session(other).durable);
    const auto since = std::chrono::steady_clock::now();
    kill(frozen, SIGSTOP);
    std::vector<Ended> sessions = end_sessions_until_durable(other);
    std::cout << "followed within "
              << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                       since)
                     .count()
              << " ms\n";
    EXPECT_TRUE(reasons(other).empty());
    kill(frozen, SIGCONT);
    for (int more = 0; more < 10; ++more) {
        sessions.push_back(end_a_session());
    }
    expect_ended(sessions);
    ASSERT_TRUE(wait_for_health());
    expect_written(sessions);
    EXPECT_EQ(history.number("SELECT count(*) FROM session"), static_cast<std::int64_t>(sessions.size()) + 1);
    EXPECT_EQ(history.number("SELECT count(*) FROM audit"), static_cast<std::int64_t>(sessions.size()) + 1);
}

TEST_F(Takeover, WhileAFrozenWriterHoldsTheDatabaseAllGoesOnInMemoryUntilItIsContinued) {
    FaultyDisk disk(server, "state");
    start();
    Connection other = connection_to(another_than(wait_for_writer()));
    const pid_t frozen = freeze_the_writer_in_its_commit(disk, other);
    for (int more = 0; more < 2; ++more) {
        in_memory_.push_back(end_a_session(other));
        EXPECT_FALSE(in_memory_.back().durable);
    }
    EXPECT_TRUE(wait_until([&] { return reasons(other) == std::vector<std::string>{"history_behind"}; }));
    for (const Ended& session : in_memory_) {
        EXPECT_TRUE(is_message_for_script(click_with(other, session.cookie)));
    }
    kill(frozen, SIGCONT);
    end_sessions_until_durable(other);
    EXPECT_TRUE(wait_for_health());
    expect_written(in_memory_);
    expect_ended(in_memory_);
}

TEST_F(Takeover, WhileAFrozenWriterHoldsTheDatabaseAllGoesOnInMemoryUntilItsWorkerIsKilled) {
    FaultyDisk disk(server, "state");
    start();
    const pid_t worker = wait_for_writer();
    Connection other = connection_to(another_than(worker));
    freeze_the_writer_in_its_commit(disk, other);
    EXPECT_TRUE(wait_until([&] { return reasons(other) == std::vector<std::string>{"history_behind"}; }));
    ASSERT_TRUE(server.kill_worker(worker));
    end_sessions_until_durable(other);
    EXPECT_TRUE(wait_for_health());
    expect_written(in_memory_);
    server.kill_all();
    lose_segment();
    start();
    expect_ended(in_memory_);
}

TEST_F(Takeover, AStopInOrderWritesWhatIsLeft) {
    start();
    const std::size_t sessions = begin_sessions(50, "agent").size();
    server.quit();
    EXPECT_EQ(history.number("SELECT count(*) FROM session"), static_cast<std::int64_t>(sessions));
    EXPECT_EQ(history.number("SELECT max(peak) FROM peak"), static_cast<std::int64_t>(sessions));
    EXPECT_EQ(history.integrity(), "ok");
}

TEST_F(Takeover, ReloadsAndAnUpgradeKeepWhatWasDurable) {
    start();
    Terminators terminators(origin(), kThreads, 2);
    for (int time = 0; time < 5; ++time) {
        ASSERT_TRUE(server.reload());
    }
    const pid_t old_master = server.master();
    ASSERT_NE(server.upgrade(), 0);
    ASSERT_TRUE(server.reload());
    kill(old_master, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(old_master); }));
    const std::size_t before = terminators.durable();
    EXPECT_TRUE(wait_until([&] { return terminators.durable() > before; }));
    terminators.stop();
    EXPECT_EQ(terminators.failures(), std::vector<std::string>{});
    expect_the_ledger(terminators, kThreads * 10);
    expect_durable_without_the_segment(terminators);
}

}  // namespace
}  // namespace agent_sessions::e2e
