#include "tracker/memory/family_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace agent_sessions::tracker::memory {

FamilyLock::~FamilyLock() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

FamilyLock::FamilyLock(FamilyLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FamilyLock& FamilyLock::operator=(FamilyLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
}

FamilyLock FamilyLock::open(const std::string& path, const FileOwner& owner, Standing& standing,
                            std::string& error) {
    // Not inherited over exec: the child of a binary upgrade must show itself that it may join.
    // Reading is enough for a lock, and works on a disk that is read-only.
    FamilyLock lock(::open(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (lock.file_ < 0) {
        standing = Standing::failed;
        error =
            "open() \"" + path + "\" failed (" + std::to_string(errno) + ": " + std::strerror(errno) + ")";
        return lock;
    }
    struct stat status {};
    const bool is_given = !owner.user || (::fstat(lock.file_, &status) == 0 && status.st_uid == *owner.user);
    if (::geteuid() == 0 && !is_given &&
        ::fchown(lock.file_, *owner.user, owner.group.value_or(static_cast<gid_t>(-1))) != 0) {
        standing = Standing::failed;
        error =
            "chown() \"" + path + "\" failed (" + std::to_string(errno) + ": " + std::strerror(errno) + ")";
        return lock;
    }
    standing = ::flock(lock.file_, LOCK_EX | LOCK_NB) == 0 ? Standing::alone : Standing::others;
    return lock;
}

bool FamilyLock::join() noexcept {
    return ::flock(file_, LOCK_SH | LOCK_NB) == 0;
}

}  // namespace agent_sessions::tracker::memory
