#include "tests/e2e/support/small_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {

SmallDisk::SmallDisk(std::filesystem::path directory, const std::string& owner)
    : directory_(std::move(directory)) {
    std::filesystem::create_directory(directory_);
    if (mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
        fault_ = std::strerror(errno);
        return;
    }
    run_command({"chown", owner + ":", directory_.string()});
}

SmallDisk::~SmallDisk() {
    if (fault_.empty()) {
        // Not lazily: whoever still uses it is a process that a test left behind.
        EXPECT_TRUE(wait_until([&] { return umount(directory_.c_str()) == 0; })) << std::strerror(errno);
    }
}

void SmallDisk::fill() const {
    const int file = open((directory_ / "rubbish").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::array<char, 256> bytes{};
    while (write(file, bytes.data(), bytes.size()) > 0) {
    }
    close(file);
}

void SmallDisk::make_room() const {
    std::filesystem::remove(directory_ / "rubbish");
}

void SmallDisk::make_read_only(bool read_only) const {
    const std::uint64_t flags = MS_REMOUNT | (read_only ? std::uint64_t{MS_RDONLY} : std::uint64_t{0});
    // Processes that were killed a moment ago may have a thread left that holds a file.
    ASSERT_TRUE(wait_until([&] {
        return mount(nullptr, directory_.c_str(), nullptr, flags, "size=1m") == 0;
    })) << std::strerror(errno);
}

}  // namespace agent_sessions::e2e
