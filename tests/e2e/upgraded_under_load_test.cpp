// Binary upgrades there and back, and masters of both families killed, while agents and supervisors work
// (RELIABILITY T16); strangers to the family, of other PID namespaces, too (T18).
//
// SOAK=1: both masters serve together for 10 minutes (MINUTES=N); SEED=N repeats a run.
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <thread>

#include "tests/e2e/support/witness_test.h"

namespace agent_sessions::e2e {
namespace {

class UpgradedUnderLoad : public WitnessTest {
  protected:
    void SetUp() override {
        start();
        witness_.emplace(origin(), Witness::Pace{}, seed);
        wait_for_work();
    }

    // Some more was acknowledged since.
    void wait_for_work() {
        const std::size_t before = witness_->acknowledged();
        EXPECT_TRUE(wait_until([&] { return witness_->acknowledged() > before + 20; }));
    }

    void expect_nothing_lost() {
        wait_for_work();
        witness_->stop();
        std::cout << describe(*witness_) << '\n';
        expect_ledger(*witness_);
        ASSERT_TRUE(server.reload());
        expect_ledger(*witness_);
    }

    // A master and, since nginx leaves them to go on alone, its workers.
    void kill_family(pid_t master) {
        server.allow_in_log("exited on signal 9");
        kill(master, SIGSTOP);
        const std::vector<pid_t> workers = NginxServer::workers_of(master);
        kill(master, SIGKILL);
        for (const pid_t worker : workers) {
            kill(worker, SIGKILL);
        }
        EXPECT_TRUE(wait_until(
            [&] { return !is_running(master) && std::none_of(workers.begin(), workers.end(), is_running); }));
    }

    std::optional<Witness> witness_;
};

TEST_F(UpgradedUnderLoad, BothMastersServeTogetherAndTheOldOneGoes) {
    const pid_t old_master = server.master();
    ASSERT_NE(server.upgrade(), 0);
    std::this_thread::sleep_for(
        agent_sessions::testing::duration(std::chrono::seconds(2), std::chrono::minutes(10)));
    kill(old_master, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(old_master); }));
    expect_nothing_lost();
    EXPECT_EQ(witness_->broken(), 0U);
}

// As nginx's manual has it: the old workers are sent home, come back, and the new master goes.
TEST_F(UpgradedUnderLoad, TheWayBackLosesNothing) {
    const pid_t old_master = server.master();
    const pid_t new_master = server.upgrade();
    ASSERT_NE(new_master, 0);
    kill(old_master, SIGWINCH);
    ASSERT_TRUE(wait_until([&] { return NginxServer::workers_of(old_master).empty(); }));
    wait_for_work();
    kill(old_master, SIGHUP);
    ASSERT_TRUE(wait_until([&] { return NginxServer::workers_of(old_master).size() == 2; }));
    kill(new_master, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(new_master) && server.master() == old_master; }));
    expect_nothing_lost();
}

TEST_F(UpgradedUnderLoad, TheNewFamilyIsKilledAndTheOldServes) {
    const pid_t old_master = server.master();
    const pid_t new_master = server.upgrade();
    ASSERT_NE(new_master, 0);
    wait_for_work();
    kill_family(new_master);
    ASSERT_TRUE(wait_until([&] { return server.master() == old_master; }));
    expect_nothing_lost();
}

TEST_F(UpgradedUnderLoad, TheOldFamilyIsKilledAndTheNewServes) {
    const pid_t old_master = server.master();
    ASSERT_NE(server.upgrade(), 0);
    wait_for_work();
    kill_family(old_master);
    expect_nothing_lost();
}

// Workers whose master was killed go on; a new nginx beside them is refused until they are gone.
TEST_F(UpgradedUnderLoad, OrphanedWorkersServeAndANewNginxIsRefusedUntilTheyAreGone) {
    server.allow_in_log("still could not bind()");
    server.allow_in_log("Address already in use");
    const pid_t master = server.master();
    const std::vector<pid_t> orphans = server.workers();
    kill(master, SIGKILL);
    ASSERT_TRUE(wait_until([&] { return !is_running(master); }));
    wait_for_work();
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("is in use by another nginx"), std::string::npos) << refused.output;
    wait_for_work();
    for (const pid_t orphan : orphans) {
        kill(orphan, SIGKILL);
    }
    ASSERT_TRUE(wait_until([&] { return std::none_of(orphans.begin(), orphans.end(), is_running); }));
    ASSERT_TRUE(server.start());
    expect_nothing_lost();
}

// Two containers that share the places of a zone: each has its own processes' numbers, and the same ones.
class Containers : public WitnessTest {
  protected:
    // An nginx that is process 1 of a PID namespace of its own; what it prints comes to `output`.
    pid_t start_container(NginxServer& nginx, GatewayConfig gateway, const std::filesystem::path& output) {
        gateway.daemon = false;
        nginx.configure(gateway.text());
        std::vector<std::string> command{"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"};
        const std::vector<std::string> program = nginx.program({});
        command.insert(command.end(), program.begin(), program.end());
        return start_command(command, output);
    }

    void end_container(pid_t container) {
        kill(container, SIGKILL);
        waitpid(container, nullptr, 0);
    }

    bool serves(const Origin& where) {
        return wait_until([&] { return Connection(where).send(navigation("/app")).status == 200; });
    }
};

TEST_F(Containers, TheSecondIsRefusedThoughItsMasterHasTheFirstsNumber) {
    const auto output = server.prefix() / "output";
    if (run_command({"unshare", "--pid", "--fork", "--mount-proc", "true"}).exit_code != 0) {
        std::cout << "no PID namespace can be made here: "
                     "Segment.ASecondUnrelatedInstanceIsRefusedAndTheFirstUnhurt stands for it\n";
        return;
    }
    const pid_t first = start_container(server, config, output);
    ASSERT_TRUE(serves(origin())) << read_file(output) << server.error_log();
    Browser alice = browser();
    begin_session(alice, "alice");

    NginxServer second;
    GatewayConfig other = config;
    other.port = free_port();
    second.allow_in_log("is in use by another nginx");
    const pid_t refused = start_container(second, other, second.prefix() / "output");
    const bool has_ended = wait_until([&] { return waitpid(refused, nullptr, WNOHANG) == refused; });
    EXPECT_TRUE(has_ended) << "it was let in";
    if (!has_ended) {
        end_container(refused);
    }
    EXPECT_NE(read_file(second.prefix() / "output").find("is in use by another nginx"), std::string::npos)
        << read_file(second.prefix() / "output");

    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
    expect_sound_segment();
    end_container(first);
    // Once the first is gone, the second may have it all.
    ASSERT_TRUE(wait_until([&] {
        const pid_t again = start_container(second, other, second.prefix() / "output");
        const bool is_up = serves({other.port, Protocol::http1});
        if (is_up) {
            EXPECT_EQ(AdminClient({other.port, Protocol::http1}, {}).current(), 1);
        }
        end_container(again);
        return is_up;
    }));
}

}  // namespace
}  // namespace agent_sessions::e2e
