// Everything that befalls nginx in a year, in half an hour: load, killed workers, reloads, upgrades, a frozen
// worker (RELIABILITY T45). Nothing is lost, and no memory grows.
//
// SOAK=1 goes on for half an hour (MINUTES=N); SEED=N repeats a run.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/e2e/support/witness_test.h"

namespace agent_sessions::e2e {
namespace {

// Memory of its own, so without the segment, of which each worker touches more and more; in KiB.
std::size_t own_kib(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) {
            return std::strtoul(line.c_str() + sizeof("RssAnon:") - 1, nullptr, 10);
        }
    }
    return 0;
}

class Endurance : public WitnessTest {
  protected:
    Endurance() { server.allow_in_log("exited on signal 9"); }

    void befall(std::size_t round) {
        const std::vector<pid_t> workers = server.workers();
        const pid_t worker = workers[random_() % workers.size()];
        switch (round % 5) {
            case 0:
            case 1:
                EXPECT_TRUE(server.kill_worker(worker));
                break;
            case 2:
                EXPECT_TRUE(server.reload());
                break;
            case 3:
                kill(worker, SIGSTOP);
                std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 1000));
                kill(worker, SIGCONT);
                break;
            default: {
                const pid_t old_master = server.master();
                EXPECT_NE(server.upgrade(), 0);
                kill(old_master, SIGQUIT);
                EXPECT_TRUE(wait_until([&] { return !is_running(old_master); }));
            }
        }
    }

    std::size_t largest_kib() const {
        std::size_t largest = own_kib(server.master());
        for (const pid_t worker : server.workers()) {
            largest = std::max(largest, own_kib(worker));
        }
        return largest;
    }

    std::minstd_rand random_{seed};
};

TEST_F(Endurance, LoadKillsReloadsAndUpgradesLoseNothingAndNoMemoryGrows) {
    using Clock = std::chrono::steady_clock;
    const auto time = agent_sessions::testing::duration(std::chrono::seconds(10), std::chrono::minutes(30));
    const auto begin = Clock::now();
    start();
    Witness witness(origin(), {}, seed);
    std::size_t rounds = 0;
    std::size_t early = 0;
    std::size_t late = 0;
    while (Clock::now() < begin + time && !HasFailure()) {
        std::this_thread::sleep_for(time / 40);
        befall(rounds++);
        std::size_t& largest = Clock::now() < begin + time / 2 ? early : late;
        largest = std::max(largest, largest_kib());
    }
    witness.stop();
    std::cout << rounds << " rounds, largest process " << early << " KiB in the first half, " << late
              << " in the second\n"
              << describe(witness) << '\n';
    EXPECT_LE(late, early + early / 20 + 2048);
    expect_ledger(witness);
    expect_durable_without_the_segment(witness);
}

}  // namespace
}  // namespace agent_sessions::e2e
