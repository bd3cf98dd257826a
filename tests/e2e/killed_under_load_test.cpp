// Processes of nginx killed and stopped at random instants, and in the middle of a change, while agents and
// supervisors work (RELIABILITY T1, T3, T4): nothing that was acknowledged is lost.
//
// SOAK=1 kills workers for 10 minutes (MINUTES=N) and all of nginx 200 times; SEED=N repeats a run.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <thread>

#include "tests/e2e/support/lock_aim.h"
#include "tests/e2e/support/witness_test.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;
using Clock = std::chrono::steady_clock;

// The longest that the machine's scheduler kept somebody waiting who waits for nothing.
class SchedulerWatch {
  public:
    SchedulerWatch() : thread_([this] { watch(); }) {}
    ~SchedulerWatch() {
        stopping_ = true;
        thread_.join();
    }
    SchedulerWatch(const SchedulerWatch&) = delete;
    SchedulerWatch& operator=(const SchedulerWatch&) = delete;

    std::chrono::milliseconds longest() const { return std::chrono::milliseconds(longest_ms_); }

  private:
    void watch() {
        while (!stopping_) {
            const auto since = Clock::now();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            const auto waited =
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since).count();
            longest_ms_ = std::max<std::int64_t>(longest_ms_, waited);
        }
    }

    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> longest_ms_{0};
    std::thread thread_;
};

class KilledUnderLoad : public WitnessTest {
  protected:
    static constexpr std::size_t kWorkers = 4;
    static constexpr std::size_t kInLockOfLongForm = 100;

    KilledUnderLoad() {
        config.workers = kWorkers;
        server.allow_in_log("exited on signal 9");
    }

    // One that is stopped in the middle of a change, or any; or the process that writes the history.
    bool kill_one(const MappedSegment& mapped) {
        const std::vector<pid_t> workers = server.workers();
        const std::vector<pid_t> writers = history_writers();
        const std::uint32_t choice = random_() % 8;
        pid_t victim = 0;
        if (choice == 0 && !writers.empty()) {
            victim = writers[random_() % writers.size()];
        } else if (choice < 5) {
            victim = stop_in_lock(mapped, workers, std::chrono::milliseconds(200));
            in_lock_ += victim != 0 ? 1 : 0;
        }
        if (victim == 0 && !workers.empty()) {
            victim = workers[random_() % workers.size()];
        }
        ++kills_;
        return victim != 0 && kill(victim, SIGKILL) == 0;
    }

    Connection connection_to_another_than(pid_t worker) {
        for (int tries = 0; tries < 300; ++tries) {
            Connection connection(origin());
            // One that the stopped worker has taken gets no answer.
            const HttpResponse response = connection.send(script_call("/api"));
            const int answered = std::atoi(response.header("X-Worker").value_or("0").c_str());
            if (answered != 0 && answered != worker) {
                return connection;
            }
        }
        ADD_FAILURE() << "no other worker answers";
        return Connection(origin());
    }

    HttpResponse begin_over(Connection connection) {
        Browser agent = browser();
        agent.send(navigation("/app"), connection);
        HttpResponse response = agent.send(navigation("/app"), connection);
        EXPECT_TRUE(is_from_application(response));
        return response;
    }

    bool wait_for_workers() {
        return wait_until([&] { return server.workers().size() == kWorkers; });
    }

    std::minstd_rand random_{seed};
    std::size_t kills_ = 0;
    std::size_t in_lock_ = 0;
    std::size_t others_ = 0;  // alive since earlier rounds
};

TEST_F(KilledUnderLoad, WorkersAtRandomAndInTheMiddleOfChangesLoseNothingAcknowledged) {
    const auto time = agent_sessions::testing::duration(std::chrono::seconds(8), std::chrono::minutes(10));
    const auto end = Clock::now() + time;
    // A busy machine may need longer to hit so many in the lock.
    const auto latest = end + time;
    const auto is_over = [&] {
        const auto now = Clock::now();
        return now > end && (!is_soak() || in_lock_ >= kInLockOfLongForm || now > latest);
    };
    start();
    const MappedSegment mapped(segment());
    const SchedulerWatch scheduler;
    Witness witness(origin(), {}, seed);
    while (!is_over() && !HasFailure()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50 + random_() % 450));
        ASSERT_TRUE(kill_one(mapped));
    }
    // Once at least, also where the machine is too busy for all others.
    const pid_t last = stop_in_lock(mapped, server.workers(), std::chrono::seconds(30));
    ASSERT_NE(last, 0) << "no worker was met in the lock";
    kill(last, SIGKILL);
    ++in_lock_;
    ASSERT_TRUE(wait_for_workers());
    witness.stop();
    std::cout << kills_ << " kills, " << in_lock_ << " of them in the lock, " << recoveries()
              << " recoveries, longest pause of the scheduler " << scheduler.longest().count() << " ms\n"
              << describe(witness) << '\n';
    EXPECT_GE(recoveries(), in_lock_);
    if (is_soak()) {
        EXPECT_GE(in_lock_, kInLockOfLongForm);
    }
    // What a busy machine's scheduler takes from somebody who waits for nothing is not nginx's.
    if (is_soak()) {
        EXPECT_LT(witness.longest_wait(), std::chrono::milliseconds(200) + 4 * scheduler.longest());
    }
    expect_ledger(witness);
    expect_durable_without_the_segment(witness);
}

TEST_F(KilledUnderLoad, AllOfNginxAtOnceLosesNothingAcknowledged) {
    const std::size_t rounds = is_soak() ? 200 : 6;
    std::size_t acknowledged = 0;
    for (std::size_t round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("SEED=" + std::to_string(seed) + ", kill " + std::to_string(round));
        start();
        Witness witness(origin(), {}, static_cast<std::uint32_t>(random_()));
        ASSERT_TRUE(wait_until([&] { return witness.acknowledged() > 0; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 500));
        server.kill_all();
        witness.stop();
        acknowledged += witness.acknowledged();
        start();
        expect_ledger(witness, others_);
        others_ = static_cast<std::size_t>(admin().current());
        server.kill_all();
    }
    std::cout << rounds << " kills of all, " << acknowledged << " acknowledged begins and ends\n";
}

// A debugger, or a machine that hangs: whoever wants to change something goes on without it, until it is
// continued.
TEST_F(KilledUnderLoad, AWorkerStoppedInTheMiddleOfAChangeHoldsNobodyUp) {
    start();
    const MappedSegment mapped(segment());
    Witness witness(origin(), {}, seed);
    const pid_t stopped = stop_in_lock(mapped, server.workers(), std::chrono::seconds(10));
    ASSERT_NE(stopped, 0) << "no worker was met in the lock";
    for (int requests = 0; requests < 10; ++requests) {
        EXPECT_EQ(status_of(begin_over(connection_to_another_than(stopped))), "UNTRACKED");
    }
    std::this_thread::sleep_for(std::chrono::seconds(is_soak() ? 5 : 1));
    kill(stopped, SIGCONT);
    EXPECT_TRUE(wait_until([&] { return status_of(begin_over(Connection(origin()))) == "NEW"; }));
    witness.stop();
    std::cout << describe(witness) << '\n';
    expect_ledger(witness, 1);
}

}  // namespace
}  // namespace agent_sessions::e2e
