#include "tracker/memory/segment_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <boost/interprocess/file_mapping.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace agent_sessions::tracker::memory {
namespace {

std::string failed(const char* call, const std::string& path) {
    return std::string(call) + " \"" + path + "\" failed (" + std::to_string(errno) + ": " +
           std::strerror(errno) + ")";
}

class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return number_; }

  private:
    int number_;
};

// Removes the temporary file unless it was renamed into place.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
    ~TemporaryFile() {
        if (!kept_) {
            ::unlink(path_.c_str());
        }
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const noexcept { return path_; }
    void keep() noexcept { kept_ = true; }

  private:
    std::string path_;
    bool kept_ = false;
};

bool give_to(int file, const FileOwner& owner) noexcept {
    return ::geteuid() != 0 || !owner.user ||
           ::fchown(file, *owner.user, owner.group.value_or(static_cast<gid_t>(-1))) == 0;
}

bool is_ours(uid_t user, const FileOwner& owner) noexcept {
    return user == ::geteuid() || (owner.user && user == *owner.user);
}

}  // namespace

std::string current_boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id.substr(0, sizeof(Layout::boot_id) - 1);
}

std::string prepare_directory(const std::string& path, const FileOwner& owner) {
    if (::mkdir(path.c_str(), 0700) == 0) {
        const Descriptor made(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (made.get() < 0 || !give_to(made.get(), owner)) {
            return failed("chown()", path);
        }
    } else if (errno != EEXIST) {
        return failed("mkdir()", path);
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return failed("stat()", path);
    }
    if (!S_ISDIR(status.st_mode)) {
        return "\"" + path + "\" is not a directory";
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return "directory \"" + path + "\" may be written by others than its owner";
    }
    if (!is_ours(status.st_uid, owner) && status.st_uid != 0) {
        return "directory \"" + path + "\" belongs to another user (uid " + std::to_string(status.st_uid) +
               ")";
    }
    return {};
}

std::string file_fault(const std::string& path, const FileOwner& owner, bool& exists) {
    struct stat status {};
    exists = ::lstat(path.c_str(), &status) == 0;
    if (!exists) {
        return errno == ENOENT ? std::string() : failed("lstat()", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return "\"" + path + "\" is not a regular file";
    }
    if (!is_ours(status.st_uid, owner)) {
        return "\"" + path + "\" belongs to another user (uid " + std::to_string(status.st_uid) + ")";
    }
    if ((status.st_mode & 07777) != 0600) {
        return "\"" + path + "\" has permissions other than 0600";
    }
    if (static_cast<std::uint64_t>(status.st_size) < sizeof(Layout)) {
        return "\"" + path + "\" is too short to be a segment";
    }
    return {};
}

Made map_file(const std::string& path) {
    namespace ipc = boost::interprocess;
    Mapping mapping;
    try {
        const ipc::file_mapping file(path.c_str(), ipc::read_write);
        mapping.region = ipc::mapped_region(file, ipc::read_write);
    } catch (const ipc::interprocess_exception& error) {
        return {std::nullopt, "mapping \"" + path + "\" failed (" + error.what() + ")"};
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        mapping.device = status.st_dev;
        mapping.inode = status.st_ino;
    }
    struct statfs filesystem {};
    mapping.on_tmpfs = ::statfs(path.c_str(), &filesystem) == 0 && filesystem.f_type == TMPFS_MAGIC;
    // Names and addresses of people do not belong into core dumps (RELIABILITY S25).
    ::madvise(mapping.region.get_address(), mapping.region.get_size(), MADV_DONTDUMP);
    return {std::move(mapping), {}};
}

Made make_file(const std::string& path, std::uint64_t capacity, const FileOwner& owner, WallTime now,
               const Fill& fill) {
    const Geometry geometry = geometry_for(capacity);
    TemporaryFile temporary(path + ".new." + std::to_string(::getpid()));
    ::unlink(temporary.path().c_str());
    const Descriptor file(
        ::open(temporary.path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) {
        return {std::nullopt, failed("open()", temporary.path())};
    }
    if (::fchmod(file.get(), 0600) != 0 || !give_to(file.get(), owner)) {
        return {std::nullopt, failed("chown()", temporary.path())};
    }
    // Merely setting the size would let the first write to a full file system kill the process with SIGBUS.
    errno = ::posix_fallocate(file.get(), 0, static_cast<off_t>(geometry.total_bytes));
    if (errno != 0) {
        return {std::nullopt, "cannot reserve " + std::to_string(geometry.total_bytes) +
                                  " bytes: " + failed("posix_fallocate()", path)};
    }
    std::uint8_t random[32];
    if (::getrandom(random, sizeof(random), 0) != sizeof(random)) {
        return {std::nullopt, failed("getrandom() for", path)};
    }
    Made made = map_file(temporary.path());
    if (!made.mapping) {
        return made;
    }
    Layout& layout = *made.mapping->layout();
    initialise(layout, geometry, current_boot_id().c_str(), random, now);
    if (std::string fault = fill(layout); !fault.empty()) {
        return {std::nullopt, std::move(fault)};
    }
    if (::rename(temporary.path().c_str(), path.c_str()) != 0) {
        return {std::nullopt, failed("rename()", path)};
    }
    temporary.keep();
    return made;
}

}  // namespace agent_sessions::tracker::memory
