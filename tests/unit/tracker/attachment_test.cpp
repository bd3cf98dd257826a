#include "tracker/attachment.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
namespace fs = std::filesystem;

class Attaching : public ::testing::Test {
  protected:
    Attaching() {
        options_.directory = directory_.path() / "run";
        options_.name = "main";
    }

    Attachment::Outcome open() { return Attachment::open(options_, MemorySegment::start()); }
    fs::path segment() const { return options_.directory + "/main.segment"; }

    // Makes a segment with one session in it and lets go of it.
    void make_segment() {
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        BeginRequest begin;
        begin.key = {1, 2};
        begin.started = MemorySegment::start().wall;
        begin.account = "acme";
        ASSERT_EQ(tracker.begin(begin, MemorySegment::start()).result, BeginResult::begun);
    }

    void overwrite(std::size_t offset, const std::string& bytes) {
        std::fstream file(segment(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << bytes;
    }

    std::string contents() {
        std::ifstream file(segment(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // The flags that the kernel keeps of the segment's mapping in this process.
    std::string mapping_flags() {
        std::ifstream maps("/proc/self/smaps");
        std::string line;
        bool is_segments = false;
        while (std::getline(maps, line)) {
            if (line.find("/main.segment") != std::string::npos) {
                is_segments = true;
            } else if (is_segments && line.starts_with("VmFlags:")) {
                return line + ' ';
            }
        }
        return "";
    }

    // The attempt is refused with these words and the file, and nothing of the file has changed.
    void expect_refused(const std::string& words) {
        const std::string before = contents();
        const auto outcome = open();
        EXPECT_FALSE(outcome.attachment);
        EXPECT_NE(outcome.error.find(words), std::string::npos) << outcome.error;
        EXPECT_NE(outcome.error.find(segment().string()), std::string::npos) << outcome.error;
        EXPECT_EQ(contents(), before);
    }

    TemporaryDirectory directory_;
    AttachOptions options_;
};

TEST_F(Attaching, ACoreDumpHoldsNothingOfTheSegment) {
    for (const char* pass : {"made", "attached"}) {
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        EXPECT_NE(mapping_flags().find(" dd "), std::string::npos) << pass << ": " << mapping_flags();
    }
}

TEST_F(Attaching, MakesDirectoryAndFilesThatOnlyTheOwnerMayRead) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_TRUE(outcome.attachment->created());
    EXPECT_EQ(fs::status(options_.directory).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(segment()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(options_.directory + "/main.lock").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_TRUE(outcome.attachment->file_is_in_place());
    EXPECT_EQ(outcome.attachment->check(), "");
    EXPECT_EQ(std::distance(fs::directory_iterator(options_.directory), fs::directory_iterator()), 2);
}

TEST_F(Attaching, WhatWasInTheSegmentIsThereAfterARestart) {
    make_segment();
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_FALSE(outcome.attachment->created());
    Tracker tracker = outcome.attachment->tracker(Waiting::patient);
    EXPECT_EQ(tracker.find({1, 2}, MemorySegment::start()).state, Found::State::live);
    EXPECT_EQ(tracker.overall_usage().current, 1U);
}

TEST_F(Attaching, AChangedCapacityTakesEffectAtAFullStartAndKeepsEverything) {
    const Now now = MemorySegment::start();
    {
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        const License license[] = {{"acme", 25, "Europe/Paris"}};
        tracker.set_licenses(license);
        for (std::uint64_t number = 1; number <= 100; ++number) {
            const std::string agent = "agent " + std::to_string(number % 40);
            BeginRequest begin;
            begin.key = {number, number};
            begin.started = now.wall;
            begin.account = number % 2 == 0 ? "acme" : "globex";
            begin.agent = agent;
            begin.address = "127.0.0.1";
            const Begun begun = tracker.begin(begin, now);
            tracker.open_instance(begun.handle, "Billing", std::to_string(number), now);
            if (number % 10 == 0) {
                tracker.end(begin.key, {EndReason::administrator, "root", "words"}, now);
            }
        }
    }
    for (const std::uint64_t capacity : {5000U, 1000U}) {
        options_.capacity = capacity;
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        EXPECT_FALSE(outcome.attachment->created());
        EXPECT_EQ(outcome.attachment->capacity(), capacity);
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
        EXPECT_EQ(tracker.overall_usage().current, 90U);
        EXPECT_EQ(tracker.account_usage("acme")->total, 25U);
        EXPECT_EQ(tracker.account_usage("acme")->time_zone, "Europe/Paris");
        Row row;
        ASSERT_TRUE(tracker.read_row({7, 7}, now, row, true));
        EXPECT_EQ(row.agent, "agent 7");
        EXPECT_EQ(row.interactions, std::vector<std::string>{"Billing"});
        EXPECT_EQ(tracker.open_instance(row.handle, "Billing", "7", now), InstanceResult::refreshed);
        const Found ended = tracker.find({10, 10}, now);
        EXPECT_EQ(ended.state, Found::State::ended);
        EXPECT_EQ(tracker.ended_facts(ended.handle)->message, "words");
    }
}

TEST_F(Attaching, ACapacityTooSmallForWhatIsThereIsRefusedAndNothingIsLost) {
    options_.capacity = 3000;
    {
        const auto outcome = open();
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        for (std::uint64_t number = 1; number <= 1500; ++number) {
            BeginRequest begin;
            begin.key = {number * 0x9e3779b97f4a7c15U, number};
            begin.started = MemorySegment::start().wall;
            begin.account = "acme";
            ASSERT_EQ(tracker.begin(begin, MemorySegment::start()).result, BeginResult::begun);
        }
    }
    options_.capacity = kMinCapacity;
    EXPECT_NE(open().error.find("holds 1500 live sessions, more than capacity=1000"), std::string::npos);
    options_.capacity = 3000;
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_EQ(outcome.attachment->tracker().overall_usage().current, 1500U);
}

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
    Attachment::Outcome outcome;
    for (int attempt = 0; attempt < 500 && !outcome.attachment; ++attempt) {
        outcome = open();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(outcome.attachment) << outcome.error;
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

TEST_F(Attaching, WrongMagicVersionAndSizesAreRefusedByName) {
    make_segment();
    const std::string good = contents();
    overwrite(0, "something else");
    expect_refused("is not a segment of agent-sessions");
    std::ofstream(segment(), std::ios::binary) << good;
    overwrite(offsetof(memory::Layout, version), std::string("\x63\0\0\0", 4));
    expect_refused("has layout version 99");
    std::ofstream(segment(), std::ios::binary) << good;
    overwrite(offsetof(memory::Layout, geometry), std::string("\xff\xff\0\0", 4));
    expect_refused("sizes that do not fit");
    std::ofstream(segment(), std::ios::binary) << good.substr(0, 100);
    expect_refused("too short");
    std::ofstream(segment(), std::ios::binary) << good.substr(0, good.size() / 2);
    expect_refused("sizes that do not fit");
    std::ofstream(segment(), std::ios::binary) << good;
    EXPECT_TRUE(open().attachment);
}

TEST_F(Attaching, DamageInsideIsFoundAndNamed) {
    make_segment();
    const memory::Geometry geometry = memory::geometry_for(kMinCapacity);
    overwrite(geometry.hot_offset + offsetof(memory::HotSlot, account), "\x77\x77");
    const auto outcome = open();
    EXPECT_FALSE(outcome.attachment);
    EXPECT_NE(outcome.error.find("is damaged: slot 0 is of account"), std::string::npos) << outcome.error;
}

TEST_F(Attaching, WhatIsNoPrivateFileIsRefused) {
    make_segment();
    fs::permissions(segment(), fs::perms::group_read, fs::perm_options::add);
    expect_refused("permissions other than 0600");
    fs::rename(segment(), directory_.path() / "elsewhere");
    fs::permissions(directory_.path() / "elsewhere", fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink(directory_.path() / "elsewhere", segment());
    expect_refused("is not a regular file");
    fs::remove(segment());
    fs::create_directory(segment());
    EXPECT_NE(open().error.find("is not a regular file"), std::string::npos);
}

TEST_F(Attaching, ADirectoryThatOthersMayWriteIsRefused) {
    fs::create_directory(options_.directory);
    fs::permissions(options_.directory, fs::perms::all);
    EXPECT_NE(open().error.find("may be written by others"), std::string::npos);
    options_.directory = directory_.path() / "missing/run";
    EXPECT_NE(open().error.find("mkdir()"), std::string::npos);
}

TEST_F(Attaching, ASegmentOfAnEarlierBootIsSetAside) {
    make_segment();
    overwrite(offsetof(memory::Layout, boot_id), "another boot");
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_TRUE(outcome.attachment->created());
    EXPECT_EQ(outcome.attachment->tracker().overall_usage().current, 0U);
    EXPECT_TRUE(fs::exists(segment().string() + ".previous-boot"));
    ASSERT_FALSE(outcome.warnings.empty());
    EXPECT_NE(outcome.warnings.front().find("earlier start of this machine"), std::string::npos);
}

TEST_F(Attaching, ARemovedOrReplacedFileIsNoticed) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment);
    fs::rename(segment(), directory_.path() / "moved");
    EXPECT_FALSE(outcome.attachment->file_is_in_place());
    EXPECT_NE(outcome.attachment->check(), "");
    std::ofstream(segment()) << "new";
    EXPECT_FALSE(outcome.attachment->file_is_in_place());
    EXPECT_NE(open().error, "");
}

}  // namespace
}  // namespace agent_sessions::testing
