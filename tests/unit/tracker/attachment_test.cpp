// A segment over starts and restarts: what is kept, changed sizes, what is noticed in use.
#include "tests/unit/tracker/attachment_test.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::testing {
namespace {

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
        EXPECT_EQ(row.address, "127.0.0.1");
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

TEST_F(Attaching, AChangeThatWasLeftInTheMiddleIsUndoneAtTheStart) {
    make_segment();
    const pid_t child = fork();
    if (child == 0) {
        const auto outcome = open();
        memory::Layout& layout = *outcome.attachment->tracker().layout();
        memory::Transaction change(layout);
        change.set(layout.totals.live, std::uint32_t{7});
        _exit(0);
    }
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    EXPECT_FALSE(outcome.attachment->created());
    EXPECT_EQ(outcome.attachment->tracker().figures().live, 1U);
    EXPECT_EQ(outcome.attachment->tracker().validate(), std::vector<std::string>{});
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

TEST_F(Attaching, AHeaderThatIsOverwrittenInUseIsNoticed) {
    const auto outcome = open();
    ASSERT_TRUE(outcome.attachment) << outcome.error;
    overwrite(0, "something else");
    const std::string fault = outcome.attachment->check();
    EXPECT_NE(fault.find("is not a segment of agent-sessions"), std::string::npos) << fault;
    EXPECT_NE(fault.find(segment().string()), std::string::npos) << fault;
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
