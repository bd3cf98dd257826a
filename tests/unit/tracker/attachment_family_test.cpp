// Which processes may share a segment: those of one nginx.
#include "tests/unit/tracker/attachment_test.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace agent_sessions::testing {
namespace {

TEST_F(Attaching, AnotherProcessIsRefusedWhileTheFirstLives) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_NE(open().error.find("is in use by another nginx"), std::string::npos);
}

TEST_F(Attaching, AChildKeepsTheFamilyAliveAfterItsMasterIsGone) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t master = fork();
    if (master == 0) {
        const auto outcome = open();
        if (outcome.attachment && fork() == 0) {
            const pid_t self = getpid();
            alarm(60);  // nobody is left behind, whatever becomes of the test
            if (write(ready[1], &self, sizeof(self)) == sizeof(self)) {
                pause();
            }
        }
        _exit(outcome.attachment ? 0 : 1);
    }
    int status = 0;
    waitpid(master, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    pid_t worker = 0;
    ASSERT_EQ(read(ready[0], &worker, sizeof(worker)), static_cast<ssize_t>(sizeof(worker)));
    EXPECT_NE(open().error.find("is in use by another nginx"), std::string::npos);
    kill(worker, SIGKILL);
    EXPECT_EQ(open().error, "");
}

// A process has its files open until it has ended, which is after whoever killed it goes on.
TEST_F(Attaching, AKilledFamilyIsWaitedFor) {
    for (int round = 0; round < 50; ++round) {
        int ready[2];
        ASSERT_EQ(pipe(ready), 0);
        const pid_t master = fork();
        if (master == 0) {
            const auto outcome = open();
            const bool is_attached = outcome.attachment != nullptr;
            alarm(60);  // nobody is left behind, whatever becomes of the test
            if (write(ready[1], &is_attached, sizeof(is_attached)) == sizeof(is_attached)) {
                pause();
            }
            _exit(0);
        }
        bool is_attached = false;
        ASSERT_EQ(read(ready[0], &is_attached, sizeof(is_attached)),
                  static_cast<ssize_t>(sizeof(is_attached)));
        EXPECT_TRUE(is_attached);
        close(ready[0]);
        close(ready[1]);
        kill(master, SIGKILL);
        EXPECT_EQ(open().error, "");
        waitpid(master, nullptr, 0);
    }
}

TEST_F(Attaching, AChildThatKeepsTheLockFilesKeepsTheFamilyAlive) {
    auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    ASSERT_EQ(outcome.attachment->claim_history(options_.directory + "/floor.db", {}, {}), "");
    const std::vector<int> files = outcome.attachment->lock_files();
    ASSERT_EQ(files.size(), 2U);
    std::vector<int> kept;
    for (const int file : files) {
        kept.push_back(dup(file));
    }
    outcome.attachment.reset();
    EXPECT_NE(open().error.find("is in use by another nginx"), std::string::npos);
    for (const int file : kept) {
        close(file);
    }
    EXPECT_EQ(open().error, "");
}

TEST_F(Attaching, OnlyTheChildOfTheStampedMasterJoins) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    options_.inherited = true;
    const auto join_from_child = [&] {
        const pid_t child = fork();
        if (child == 0) {
            _exit(open().attachment ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WEXITSTATUS(status) == 0;
    };
    EXPECT_FALSE(join_from_child());
    outcome.attachment->stamp_master(getpid() + 1, MemorySegment::start());
    EXPECT_FALSE(join_from_child());
    outcome.attachment->stamp_master(getpid(), MemorySegment::start());
    EXPECT_TRUE(join_from_child());
    options_.inherited = false;
    EXPECT_FALSE(join_from_child());
}

TEST_F(Attaching, ADatabaseThatAnotherFamilyWritesIsNotShared) {
    const auto first = open();
    ASSERT_TRUE(first.attachment) << first.error;
    const std::string database = options_.directory + "/floor.db";
    ASSERT_EQ(first.attachment->claim_history(database, {}, {}), "");
    EXPECT_EQ(first.attachment->claim_history(database, {}, {}), "") << "at a reload";
    options_.name = "other";
    const auto second = open();
    ASSERT_TRUE(second.attachment) << second.error;
    EXPECT_EQ(second.attachment->claim_history(database, {}, {}),
              "history \"" + database + "\" is in use by another nginx");
}

TEST_F(Attaching, ASegmentThatIsUsedIsNotMadeAnewWhereItWasRemoved) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    fs::remove(segment());
    EXPECT_NE(open().error.find("was removed while another nginx uses it"), std::string::npos);
    EXPECT_FALSE(fs::exists(segment()));
}

}  // namespace
}  // namespace agent_sessions::testing
