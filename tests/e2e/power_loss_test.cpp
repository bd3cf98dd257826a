// The power goes off while admins end sessions (RELIABILITY T5): of what was written since the last barrier
// any sector may be missing. Every such disk is started from, and whoever was ended durably stays ended.
//
// SOAK=1 tries 1,000 disks; SEED=N repeats a run.
#include <algorithm>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/e2e/support/disk_image.h"
#include "tests/e2e/support/history_test.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

class PowerLoss : public HistoryTest {
  protected:
    // A termination that was answered as durable when the log was so long.
    struct Acknowledged {
        std::string cookie;
        std::uint64_t log_bytes = 0;
    };

    std::filesystem::path log() const { return server.prefix() / "writes.log"; }
    std::filesystem::path state() const { return server.prefix() / "state"; }

    // What finds the table busy passes untracked, and is begun by nobody.
    void end_sessions_until(std::chrono::steady_clock::time_point end) {
        Connection connection(origin());
        while (std::chrono::steady_clock::now() < end) {
            Browser agent(origin());
            agent.send(navigation("/app"), connection);
            const HttpResponse begun = agent.send(navigation("/app"), connection);
            HttpRequest request;
            request.method = "DELETE";
            request.target = "/admin/api/1/sessions/" + ref_of(begun);
            request.with("X-Test-Accounts", "*").with("X-Test-Role", "admin").with("X-Test-User", "root");
            if (status_of(begun) == "NEW" &&
                connection.send(request).header("Agent-Sessions-Durable") == "true") {
                const std::scoped_lock lock(mutex_);
                acknowledged_.push_back(
                    {agent.cookie(kCookie).value_or(""), std::filesystem::file_size(log())});
            }
        }
    }

    void work(std::chrono::seconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        std::vector<std::thread> admins;
        for (int number = 0; number < 3; ++number) {
            admins.emplace_back([&] { end_sessions_until(end); });
        }
        for (std::thread& thread : admins) {
            thread.join();
        }
    }

    // nginx after the machine has come back with this disk.
    void expect_kept_by(const DiskImage& image, std::uint64_t log_bytes) {
        std::filesystem::remove_all(server.prefix() / "run");
        std::filesystem::remove_all(state());
        std::filesystem::create_directory(state());
        std::filesystem::permissions(state(), std::filesystem::perms(0700));
        image.write_to(state());
        if (geteuid() == 0) {
            run_command({"chown", "-R", "www-data:", state().string()});
        }
        start();
        EXPECT_EQ(count_in_log("is not loaded"), 0U) << said();
        Connection connection(origin());
        for (const Acknowledged& one : acknowledged_) {
            if (one.log_bytes <= log_bytes && !HasFailure()) {
                EXPECT_TRUE(is_message_for_script(click_with(connection, one.cookie)));
            }
        }
        server.kill_all();
        EXPECT_EQ(history.integrity(), "ok");
    }

    std::mutex mutex_;
    std::vector<Acknowledged> acknowledged_;
};

TEST_F(PowerLoss, AtAnyInstantLosesNoDurableTermination) {
    const std::uint32_t seed = agent_sessions::testing::seed();
    std::mt19937 random(seed);
    const std::size_t images = is_soak() ? 1000 : 30;
    server.log_writes(log(), state());
    start();
    work(std::chrono::seconds(2));
    // The writer hands over, and the log of the database is taken into it.
    ASSERT_TRUE(server.reload());
    work(std::chrono::seconds(2));
    server.kill_all();
    const std::vector<LoggedWrite> writes = read_write_log(log());
    ASSERT_GT(acknowledged_.size(), 20U);
    std::size_t lost_sectors = 0;
    for (std::size_t number = 0; number < images && !HasFailure(); ++number) {
        const std::size_t count = random() % writes.size() + 1;
        SCOPED_TRACE("SEED=" + std::to_string(seed) + ", disk " + std::to_string(number) + ", after write " +
                     std::to_string(count));
        const DiskImage image(writes, count, random);
        lost_sectors += image.lost_sectors();
        expect_kept_by(image, writes[count - 1].end);
    }
    EXPECT_GT(lost_sectors, 0U);
    std::cout << images << " disks after " << writes.size() << " writes, " << lost_sectors
              << " sectors lost, " << acknowledged_.size() << " durable terminations\n";
}

}  // namespace
}  // namespace agent_sessions::e2e
