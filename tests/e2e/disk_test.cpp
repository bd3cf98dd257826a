// Disks that are full, read-only or gone, and databases that are damaged, too new or somebody else's: what
// docs/faults.md says comes true, requests are served throughout, nothing is overwritten, and all is written
// once the cause is gone.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>

#include "tests/e2e/support/faulty_disk.h"
#include "tests/e2e/support/history_test.h"
#include "tests/e2e/support/small_disk.h"
#include "tests/support/soak.h"
#include "tracker/history/schema.h"

namespace agent_sessions::e2e {
namespace {

using file_faults::FaultPlan;

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongerThanARetry{1000};
constexpr const char* kWrittenAgain = "the history of zone \"floor\" is written again";

class Disk : public HistoryTest {
  protected:
    static std::string owner() { return geteuid() == 0 ? "www-data" : std::to_string(geteuid()); }

    // What is ended now is ended in memory only, and that is said.
    void expect_trouble(const std::string& reason, const std::string& in_log) {
        EXPECT_TRUE(wait_until([&] {
            in_memory_.push_back(end_a_session());
            return !in_memory_.back().durable || HasFailure();
        }));
        EXPECT_TRUE(wait_for_reason(reason)) << said();
        EXPECT_TRUE(wait_for_log("the history of zone \"floor\" cannot be written", in_log)) << said();
        Browser agent = browser();
        begin_session(agent, "served");
        EXPECT_EQ(status_of(agent.send(navigation("/app"))), "ACTIVE");
        expect_ended(in_memory_);
    }

    // In SQLite's words, or in those of the system: it depends on what was being written.
    void expect_full() {
        expect_trouble("history_failing", "");
        EXPECT_TRUE(count_in_log("database or disk is full") != 0 ||
                    count_in_log("No space left on device") != 0)
            << said();
    }

    // Each worker has its keys, and they are the same: a session of one is known to the other.
    bool wait_for_keys() {
        return wait_until([&] {
            const std::vector<pid_t> workers = server.workers();
            Browser agent = browser();
            begin_session_or_not(agent);
            return std::all_of(workers.begin(), workers.end(), [&](pid_t worker) {
                Connection connection = connection_to(worker);
                return status_of(agent.send(navigation("/app"), connection)) == "ACTIVE";
            });
        });
    }
    static void begin_session_or_not(Browser& agent) {
        agent.send(navigation("/app"));
        agent.send(navigation("/app"));
    }

    // The cause is gone: everything is written, and holds without the segment.
    void expect_recovery(const char* in_log = kWrittenAgain) {
        const auto later = end_sessions_until_durable();
        in_memory_.insert(in_memory_.end(), later.begin(), later.end());
        EXPECT_TRUE(wait_for_health());
        if (in_log != nullptr) {
            EXPECT_TRUE(wait_for_log(in_log)) << said();
        }
        expect_written(in_memory_);
        server.kill_all();
        lose_segment();
        start();
        expect_ended(in_memory_);
    }

    // Three sessions, two of them ended, all on disk; nginx is stopped in order.
    void live_a_day() {
        start();
        Browser alice = browser();
        begin_session(alice, "alice");
        for (int ends = 0; ends < 2; ++ends) {
            past_.push_back(end_a_session());
            EXPECT_TRUE(past_.back().durable);
        }
        server.quit();
    }

    // With a database that can't be used, which then is replaced by `good`.
    void expect_left_alone(const std::string& in_log, const std::function<void()>& replace) {
        const std::string before = read_file(history.path());
        lose_segment();
        start();
        EXPECT_NE(server.error_log().find("the history of zone \"floor\" is not loaded"), std::string::npos);
        expect_trouble("state_unusable", in_log);
        EXPECT_EQ(read_file(history.path()), before) << "it was written to";
        replace();
        const auto later = end_sessions_until_durable();
        in_memory_.insert(in_memory_.end(), later.begin(), later.end());
        EXPECT_TRUE(wait_for_health());
        EXPECT_TRUE(wait_for_log(kWrittenAgain)) << said();
        expect_written(in_memory_);
    }

    void overwrite(std::streamoff from, const std::string& bytes) const {
        std::fstream file(history.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(from).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    std::vector<Ended> in_memory_;
    std::vector<Ended> past_;
};

TEST_F(Disk, FullEndsInMemoryUntilThereIsSpaceAgain) {
    FaultyDisk disk(server, "state");
    start();
    ASSERT_TRUE(end_a_session().durable);
    disk->set(file_faults::kWriteCalls | file_faults::kTruncateCalls, ENOSPC, 0, FaultPlan::kForEver);
    expect_full();
    EXPECT_TRUE(wait_for_reason("history_behind"));
    disk->clear();
    expect_recovery();
}

TEST_F(Disk, FullForLongKeepsAsManyActsAsThereIsRoomFor) {
    constexpr int kRoom = 512;
    FaultyDisk disk(server, "state");
    start();
    disk->set(file_faults::kEveryCall, EIO, 0, FaultPlan::kForEver);
    Connection connection(origin());
    for (int ends = 0; ends < kRoom + 10; ++ends) {
        in_memory_.push_back(end_a_session(connection));
    }
    expect_trouble("audit_full", "open() failed (5: Input/output error)");
    disk->clear();
    expect_recovery();
    EXPECT_GE(history.number("SELECT count(*) FROM audit"), kRoom);
}

// What is only in the kernel's memory does not survive a power cut.
TEST_F(Disk, ThatDoesNotSyncMakesNothingDurable) {
    FaultyDisk disk(server, "state");
    start();
    ASSERT_TRUE(end_a_session().durable);
    disk->set(file_faults::kSyncCalls, EIO, 0, FaultPlan::kForEver);
    expect_trouble("history_failing", "disk I/O error");
    disk->clear();
    expect_recovery();
}

TEST_F(Disk, FullForReal) {
    SmallDisk disk(server.prefix() / "state", owner());
    if (!disk.fault().empty()) {
        std::cout << "no small disk could be mounted (" << disk.fault()
                  << "): Disk.FullEndsInMemoryUntilThereIsSpaceAgain stands for it\n";
        return;
    }
    start();
    past_.push_back(end_a_session());
    EXPECT_TRUE(past_.back().durable);
    std::optional<Clock::time_point> full_since;
    // Closing the database frees what its log took, which is filled, too, before anything is written again.
    EXPECT_TRUE(wait_until([&] {
        disk.fill();
        in_memory_.push_back(end_a_session());
        if (!full_since && count_in_log("cannot be written") != 0) {
            full_since = Clock::now();
        }
        return (full_since && Clock::now() - *full_since > kLongerThanARetry) || HasFailure();
    }));
    expect_full();
    disk.make_room();
    expect_recovery();
    expect_ended(past_);
    server.stop();
}

TEST_F(Disk, FullAtTheFirstStartTracksOnceThereIsSpace) {
    FaultyDisk disk(server, "state");
    disk->set(file_faults::kWriteCalls, ENOSPC, 0, FaultPlan::kForEver);
    start();
    EXPECT_TRUE(wait_for_log("zone \"floor\" tracks nothing")) << said();
    EXPECT_TRUE(is_from_application(Connection(origin()).send(navigation("/app"))));
    disk->clear();
    EXPECT_TRUE(wait_for_keys()) << said();
    EXPECT_EQ(count_in_log("zone \"floor\" has its keys, and tracks again"), 2U) << said();
    expect_recovery(nullptr);
}

TEST_F(Disk, ThatTurnsReadOnlyEndsInMemoryUntilItIsWritable) {
    SmallDisk disk(server.prefix() / "state", owner());
    if (!disk.fault().empty()) {
        std::cout << "no small disk could be mounted (" << disk.fault()
                  << "): Disk.OfSomebodyElse stands for it\n";
        return;
    }
    start();
    past_.push_back(end_a_session());
    EXPECT_TRUE(past_.back().durable);
    server.kill_all();
    disk.make_read_only(true);
    lose_segment();
    start();
    expect_trouble("history_failing", "it may not be written");
    // What was ended in an earlier life is not known before the history can be loaded; then it is.
    disk.make_read_only(false);
    expect_recovery();
    expect_ended(past_);
    server.stop();
}

TEST_F(Disk, DirectoryThatGoesAndComesBackIsWrittenAgain) {
    start();
    past_.push_back(end_a_session());
    std::filesystem::rename(server.prefix() / "state", server.prefix() / "elsewhere");
    expect_trouble("history_failing", "open() failed (2: No such file or directory)");
    std::filesystem::rename(server.prefix() / "elsewhere", server.prefix() / "state");
    expect_recovery();
    expect_ended(past_);
}

TEST_F(Disk, DatabaseThatIsRemovedIsMadeAnewWithAllThatIsRemembered) {
    start();
    past_.push_back(end_a_session());
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    in_memory_.push_back(end_a_session());
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(history.path().string() + suffix);
    }
    EXPECT_TRUE(wait_until([&] { return history.number("SELECT count(*) FROM session") == 3; }));
    EXPECT_EQ(history.number("SELECT lost FROM state"), 0);
    expect_recovery(nullptr);
    expect_ended(past_);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Disk, WithGarbageForADatabaseLeavesItAlone) {
    live_a_day();
    overwrite(0, std::string(4096, 'x'));
    expect_left_alone("file is not a database", [&] { std::filesystem::remove(history.path()); });
}

TEST_F(Disk, WithOverwrittenPagesLeavesThemAlone) {
    live_a_day();
    const std::string good = read_file(history.path());
    overwrite(4096, std::string(good.size() - 4096, 'x'));
    expect_left_alone("database disk image is malformed", [&] {
        write_file(history.path().string() + ".good", good);
        run_command({"chown", owner() + ":", history.path().string() + ".good"});
        std::filesystem::rename(history.path().string() + ".good", history.path());
    });
    expect_ended(past_);
}

TEST_F(Disk, WithATruncatedDatabaseLeavesItAlone) {
    live_a_day();
    std::filesystem::resize_file(history.path(), std::filesystem::file_size(history.path()) / 8 * 4);
    expect_left_alone("database disk image is malformed", [&] { std::filesystem::remove(history.path()); });
}

TEST_F(Disk, WithADatabaseOfALaterVersionLeavesItAlone) {
    live_a_day();
    const std::string version = std::to_string(history.number("PRAGMA user_version"));
    history.execute("PRAGMA user_version = 99");
    expect_left_alone("it has schema version 99, this module knows " + version,
                      [&] { history.execute("PRAGMA user_version = " + version); });
    expect_ended(past_);
}

TEST_F(Disk, WithADatabaseOfAnotherProgramLeavesItAlone) {
    live_a_day();
    std::filesystem::remove(history.path());
    write_file(history.path(), "");
    run_command({"chown", owner() + ":", history.path().string()});
    history.execute("CREATE TABLE theirs (something)");
    expect_left_alone("it is the database of another program",
                      [&] { std::filesystem::remove(history.path()); });
}

TEST_F(Disk, OfSomebodyElse) {
    if (geteuid() != 0) {
        std::cout << "only root can give a database away\n";
        return;
    }
    live_a_day();
    run_command({"chown", "root:", history.path().string()});
    expect_left_alone("it belongs to user 0, but the workers run as user", [&] {
        run_command({"chown", owner() + ":", history.path().string()});
    });
    expect_ended(past_);
}

TEST_F(Disk, HistoryOfAnotherRunningNginxIsRefusedAndTheFirstUnhurt) {
    start();
    past_.push_back(end_a_session());
    NginxServer second;
    GatewayConfig other = config;
    other.port = free_port();
    other.zone_parameters = "run=" + second.prefix().string() + "/run state=@/state";
    second.configure(other.text());
    const CommandResult refused = second.start_refused();
    EXPECT_NE(refused.output.find("history \"" + history.path().string() + "\" is in use by another nginx"),
              std::string::npos)
        << refused.output;
    past_.push_back(end_a_session());
    EXPECT_TRUE(past_.back().durable);
    ASSERT_TRUE(server.reload());
    ASSERT_NE(server.upgrade(), 0);
    past_.push_back(end_a_session());
    EXPECT_TRUE(past_.back().durable);
    // Once the first is gone, the second may have it all.
    server.stop();
    ASSERT_TRUE(second.start());
    Connection connection({other.port, Protocol::http1});
    for (const Ended& session : past_) {
        EXPECT_TRUE(is_message_for_script(click_with(connection, session.cookie)));
    }
}

// Of a whole nginx, what tests/multiprocess/failing_disk_test.cpp does with all calls of its follower.
TEST_F(Disk, ThatRefusesTheNthCallIsRecoveredFrom) {
    FaultyDisk disk(server, "state");
    const int step = agent_sessions::testing::is_soak() ? 1 : 17;
    for (int after = 0; !HasFailure(); after += step) {
        SCOPED_TRACE("refused after " + std::to_string(after));
        disk->set(file_faults::kEveryCall, EIO, after, 1);
        start();
        ASSERT_TRUE(wait_for_keys());
        for (int ends = 0; ends < 5; ++ends) {
            in_memory_.push_back(end_a_session());
        }
        const bool was_clean = disk->refused.load() == 0;
        disk->clear();
        expect_recovery(nullptr);
        server.kill_all();
        if (was_clean) {
            std::cout << after << " calls\n";
            return;
        }
        for (const char* place : {"run", "state"}) {
            std::filesystem::remove_all(server.prefix() / place);
        }
        in_memory_.clear();
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
