#include "ngx_module/gateway/key_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace agent_sessions::gateway {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::days;
using ::testing::HasSubstr;
using tracker::Millis;
using tracker::WallTime;

constexpr WallTime kNow{Millis(1'800'000'000'000)};
constexpr Millis kAbsolute = 12h;
constexpr Millis kPatience = 10s;

class KeyFile : public ::testing::Test {
  protected:
    LoadedKeys load_or_create(WallTime now = kNow) const {
        return load_or_create_keys(path_, now, kAbsolute, kPatience);
    }

    std::string content() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& text,
               fs::perms mode = fs::perms::owner_read | fs::perms::owner_write) const {
        std::ofstream(path_, std::ios::binary) << text;
        fs::permissions(path_, mode);
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(directory_.path())) {
            found.push_back(entry.path().filename().string());
        }
        return found;
    }
    static mode_t mode_of(const std::string& path) {
        struct stat status {};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0);
        return status.st_mode & 07777;
    }

    testing::TemporaryDirectory directory_;
    std::string path_ = directory_.path() / "main.keys";
};

TEST_F(KeyFile, IsMadeOnce) {
    const LoadedKeys first = load_or_create();
    ASSERT_TRUE(first.ring) << first.error;
    EXPECT_TRUE(first.created);
    EXPECT_FALSE(first.rotated);
    EXPECT_EQ(first.ring->keys().size(), 1U);
    EXPECT_EQ(content(), serialize(*first.ring));
    EXPECT_EQ(mode_of(path_), 0600U);
    EXPECT_EQ(mode_of(path_ + ".lock"), 0600U);
    EXPECT_THAT(names(), ::testing::UnorderedElementsAre("main.keys", "main.keys.lock"));

    const auto stamp = stamp_of(path_);
    const LoadedKeys second = load_or_create();
    ASSERT_TRUE(second.ring) << second.error;
    EXPECT_FALSE(second.created);
    EXPECT_EQ(serialize(*second.ring), serialize(*first.ring));
    EXPECT_EQ(stamp_of(path_), stamp) << "nothing was written";
}

TEST_F(KeyFile, SecretsDiffer) {
    const LoadedKeys first = load_or_create();
    fs::remove(path_);
    const LoadedKeys second = load_or_create();
    ASSERT_TRUE(first.ring && second.ring);
    EXPECT_NE(first.ring->keys()[0].secret, second.ring->keys()[0].secret);
    EXPECT_NE(first.ring->keys()[0].secret, Secret{});
}

TEST_F(KeyFile, IsPrivateWhateverTheUmask) {
    for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}, mode_t{0277}}) {
        fs::remove(path_);
        fs::remove(path_ + ".lock");
        const mode_t before = ::umask(mask);
        const LoadedKeys loaded = load_or_create();
        ::umask(before);
        ASSERT_TRUE(loaded.ring) << loaded.error;
        EXPECT_EQ(mode_of(path_), 0600U) << mask;
    }
}

TEST_F(KeyFile, IsRotated) {
    const LoadedKeys first = load_or_create();
    const auto stamp = stamp_of(path_);
    const LoadedKeys second = load_or_create(kNow + days(31));
    ASSERT_TRUE(second.ring) << second.error;
    EXPECT_TRUE(second.rotated);
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.warning, "");
    EXPECT_EQ(second.ring->keys().size(), 2U);
    EXPECT_NE(second.ring->keys()[1].secret, second.ring->keys()[0].secret);
    EXPECT_EQ(content(), serialize(*second.ring));
    EXPECT_NE(stamp_of(path_), stamp);
    EXPECT_EQ(serialize(*load_keys(path_).ring), serialize(*second.ring));
}

TEST_F(KeyFile, LoadingWritesNothing) {
    const LoadedKeys missing = load_keys(path_);
    EXPECT_FALSE(missing.ring);
    EXPECT_EQ(missing.error, "open() \"" + path_ + "\" failed (2: No such file or directory)");
    EXPECT_TRUE(names().empty());
    EXPECT_FALSE(stamp_of(path_));
}

TEST_F(KeyFile, DamageIsNamedAndKept) {
    for (const std::string& text : {std::string(), std::string("x"), std::string("agent-sessions keys 1\n"),
                                    std::string(100'000, 'x'), std::string(100, '\0')}) {
        write(text);
        for (const LoadedKeys& loaded :
             {load_or_create(), load_or_create(kNow + days(31)), load_keys(path_)}) {
            EXPECT_FALSE(loaded.ring);
            EXPECT_FALSE(loaded.created);
            EXPECT_THAT(loaded.error, HasSubstr("key file \"" + path_ + "\" is damaged: "));
        }
        EXPECT_EQ(content(), text);
    }
}

TEST_F(KeyFile, OneThatOthersMayReadIsRefused) {
    ASSERT_TRUE(load_or_create().ring);
    for (const auto extra : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write,
                             fs::perms::others_write, fs::perms::others_exec}) {
        fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write | extra);
        const LoadedKeys loaded = load_or_create();
        EXPECT_FALSE(loaded.ring);
        EXPECT_EQ(loaded.error,
                  "\"" + path_ + "\" may be used by others than its owner, its mode must be 0600");
    }
}

TEST_F(KeyFile, AnotherUsersIsRefused) {
    // Only root can give a file away; everybody else finds one of root's.
    std::string path = "/etc/passwd";
    std::string owner = "0";
    if (::geteuid() == 0) {
        ASSERT_TRUE(load_or_create().ring);
        ASSERT_EQ(::chown(path_.c_str(), 12345, 0), 0);
        path = path_;
        owner = "12345";
    }
    const LoadedKeys loaded = load_keys(path);
    EXPECT_FALSE(loaded.ring);
    EXPECT_EQ(loaded.error, "\"" + path + "\" belongs to user " + owner + ", but the workers run as user " +
                                std::to_string(::geteuid()));
}

TEST_F(KeyFile, WhatIsNoFileIsRefused) {
    fs::create_directory(path_);
    EXPECT_EQ(load_or_create().error, "\"" + path_ + "\" is not a regular file");
    fs::remove(path_);

    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    EXPECT_EQ(load_or_create().error, "\"" + path_ + "\" is not a regular file");
    fs::remove(path_);

    const fs::path target = directory_.path() / "elsewhere";
    std::ofstream(target) << "x";
    fs::create_symlink(target, path_);
    EXPECT_THAT(load_or_create().error, HasSubstr("open() \"" + path_ + "\" failed (40: "));
    fs::remove(path_);
    fs::create_symlink(directory_.path() / "nowhere", path_);
    EXPECT_THAT(load_or_create().error, HasSubstr("open() \"" + path_ + "\" failed (40: "));
    EXPECT_FALSE(fs::exists(directory_.path() / "nowhere"));
    std::ifstream kept(target);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), "x");
}

TEST_F(KeyFile, ALockFileThatIsALinkIsRefused) {
    fs::create_symlink(directory_.path() / "nowhere", path_ + ".lock");
    const LoadedKeys loaded = load_or_create();
    EXPECT_FALSE(loaded.ring);
    EXPECT_THAT(loaded.error, HasSubstr("open() \"" + path_ + ".lock\" failed"));
    EXPECT_FALSE(fs::exists(directory_.path() / "nowhere"));
}

TEST_F(KeyFile, AMissingDirectoryIsNamed) {
    const std::string path = (directory_.path() / "no" / "main.keys").string();
    const LoadedKeys loaded = load_or_create_keys(path, kNow, kAbsolute, kPatience);
    EXPECT_FALSE(loaded.ring);
    EXPECT_EQ(loaded.error, "open() \"" + path + ".lock\" failed (2: No such file or directory)");
}

TEST_F(KeyFile, LeftoversOfAKilledWriterAreNoObstacle) {
    std::ofstream(path_ + ".new") << "half a ke";
    const LoadedKeys loaded = load_or_create();
    ASSERT_TRUE(loaded.ring) << loaded.error;
    EXPECT_EQ(content(), serialize(*loaded.ring));
    EXPECT_THAT(names(), ::testing::UnorderedElementsAre("main.keys", "main.keys.lock"));
}

TEST_F(KeyFile, AFailedRotationKeepsTheOldKeys) {
    const LoadedKeys first = load_or_create();
    // A directory in the way of the temporary file: the write fails, for root too.
    fs::create_directory(path_ + ".new");
    const LoadedKeys second = load_or_create(kNow + days(31));
    ASSERT_TRUE(second.ring);
    EXPECT_EQ(second.error, "");
    EXPECT_THAT(second.warning, HasSubstr("unlink() \"" + path_ + ".new\" failed"));
    EXPECT_FALSE(second.rotated);
    EXPECT_EQ(serialize(*second.ring), serialize(*first.ring));
    EXPECT_EQ(content(), serialize(*first.ring));
}

TEST_F(KeyFile, AFailedCreationIsAnError) {
    fs::create_directory(path_ + ".new");
    const LoadedKeys loaded = load_or_create();
    EXPECT_FALSE(loaded.ring);
    EXPECT_FALSE(loaded.created);
    EXPECT_THAT(loaded.error, HasSubstr("unlink() \"" + path_ + ".new\" failed"));
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(KeyFile, ManyProcessesAgree) {
    constexpr int kProcesses = 8;
    std::vector<pid_t> children;
    for (int index = 0; index < kProcesses; ++index) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const LoadedKeys loaded = load_or_create_keys(path_, kNow, kAbsolute, kPatience);
            bool same = loaded.ring.has_value();
            if (same) {
                std::ifstream file(path_, std::ios::binary);
                same = std::string(std::istreambuf_iterator<char>(file), {}) == serialize(*loaded.ring);
            }
            ::_exit(!same ? 2 : loaded.created ? 1 : 0);
        }
        children.push_back(child);
    }
    int makers = 0;
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_LT(WEXITSTATUS(status), 2);
        makers += WEXITSTATUS(status);
    }
    EXPECT_EQ(makers, 1);
}

TEST_F(KeyFile, NoDescriptorStaysOpen) {
    const auto open_descriptors = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    };
    const auto before = open_descriptors();
    load_or_create();
    load_or_create(kNow + days(31));
    write("damaged");
    load_or_create();
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace agent_sessions::gateway
