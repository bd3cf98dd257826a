// What is no segment, or not ours, is refused by name or set aside, and nothing of it is lost.
#include "tests/unit/tracker/attachment_test.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tracker/memory/layout.h"

namespace agent_sessions::testing {
namespace {

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

TEST_F(Attaching, ADamagedSegmentIsSetAsideUnderANameOfItsOwn) {
    const memory::Geometry geometry = memory::geometry_for(kMinCapacity);
    const std::string aside = segment().string() + ".damaged-20260303T120000Z";
    for (const std::string& name : {aside, aside + "-2"}) {
        make_segment();
        overwrite(geometry.hot_offset + offsetof(memory::HotSlot, account), "\x77\x77");
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        EXPECT_TRUE(outcome.attachment->created());
        EXPECT_EQ(outcome.attachment->tracker().overall_usage().current, 0U);
        ASSERT_FALSE(outcome.warnings.empty());
        const std::string& warning = outcome.warnings.front();
        EXPECT_NE(warning.find("is damaged and was set aside as \"" + name + "\": slot 0 is of account"),
                  std::string::npos)
            << warning;
        EXPECT_NE(warning.find("\"" + segment().string() + "\""), std::string::npos) << warning;
        EXPECT_TRUE(fs::exists(name));
        fs::remove(segment());
    }
    EXPECT_TRUE(fs::exists(aside)) << "the earlier one is still there";
}

TEST_F(Attaching, ADamagedSegmentThatCannotBeSetAsideIsRefused) {
    make_segment();
    overwrite(memory::geometry_for(kMinCapacity).hot_offset + offsetof(memory::HotSlot, account), "\x77\x77");
    const std::string aside = segment().string() + ".damaged-20260303T120000Z";
    std::ofstream{aside} << "taken";
    for (int number = 2; number <= 100; ++number) {
        std::ofstream{aside + "-" + std::to_string(number)} << "taken";
    }
    const auto outcome = open();
    EXPECT_FALSE(outcome.attachment);
    EXPECT_NE(outcome.error.find("is damaged and cannot be set aside (File exists): slot 0 is of account"),
              std::string::npos)
        << outcome.error;
    EXPECT_TRUE(fs::exists(segment()));
}

// Nothing of a segment that ends too early is read beyond its end, nor any of it taken.
TEST_F(Attaching, ASegmentCutAnywhereIsRefused) {
    make_segment();
    const std::string good = contents();
    std::vector<std::size_t> lengths;
    for (std::size_t length = 0; length <= 8192; length += 911) {
        lengths.push_back(length);
    }
    lengths.insert(lengths.end(), {sizeof(memory::Layout) - 1, sizeof(memory::Layout), good.size() / 3,
                                   good.size() - 4096, good.size() - 1, good.size() + 1});
    for (const std::size_t length : lengths) {
        fs::resize_file(segment(), length);
        const auto outcome = open();
        EXPECT_FALSE(outcome.attachment) << length;
        EXPECT_NE(outcome.error.find(segment().string()), std::string::npos) << outcome.error;
        EXPECT_EQ(fs::file_size(segment()), length) << "it is left as it is";
        if (length < good.size()) {
            std::ofstream(segment(), std::ios::binary) << good;
        }
    }
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

TEST_F(Attaching, WhatIsNoDirectoryIsRefused) {
    std::ofstream(options_.directory) << "a file";
    EXPECT_NE(open().error.find("is not a directory"), std::string::npos);
    EXPECT_EQ(fs::file_size(options_.directory), 6U) << "it is left as it is";
}

TEST_F(Attaching, WhatBelongsToAnotherUserIsRefused) {
    constexpr uid_t kStranger = 12345;
    make_segment();
    if (::geteuid() != 0) {
        return;  // only root can give a file away
    }
    ASSERT_EQ(::chown(segment().c_str(), kStranger, 0), 0);
    expect_refused("belongs to another user (uid 12345)");
    options_.owner = kStranger;
    EXPECT_EQ(open().error, "") << "the workers run as that user";
    options_.owner.reset();
    ASSERT_EQ(::chown(segment().c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(options_.directory.c_str(), kStranger, 0), 0);
    EXPECT_NE(open().error.find("belongs to another user (uid 12345)"), std::string::npos);
}

TEST_F(Attaching, WithoutRoomForItNoSegmentIsMade) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto previous = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{65'536, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto outcome = open();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, previous);
    EXPECT_FALSE(outcome.attachment);
    EXPECT_NE(outcome.error.find("cannot reserve"), std::string::npos) << outcome.error;
    EXPECT_EQ(std::distance(fs::directory_iterator(options_.directory), fs::directory_iterator()), 1)
        << "nothing but the lock file is left";
    EXPECT_EQ(open().error, "");
}

}  // namespace
}  // namespace agent_sessions::testing
