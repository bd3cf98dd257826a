#include "tests/file_faults/file_faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace agent_sessions::testing {
namespace {

std::atomic<FaultPlan*> plan{nullptr};

bool is_below(const char* path, const char* directory) noexcept {
    const std::size_t length = std::strlen(directory);
    return std::strncmp(path, directory, length) == 0 && path[length] == '/';
}

// Whether this call is one of those to be refused; errno is set then. A stopped process comes back from here
// when it is continued.
bool refuses(FaultyCall call, const char* path) noexcept {
    FaultPlan* const current = plan.load(std::memory_order_acquire);
    if (current == nullptr || (current->calls.load() & call) == 0 || !is_below(path, current->below)) {
        return false;
    }
    if (current->let_pass.fetch_sub(1) > 0 || current->refuse.fetch_sub(1) <= 0) {
        return false;
    }
    current->refused.fetch_add(1);
    if (current->freezes.load()) {
        kill(getpid(), SIGSTOP);
        return false;
    }
    errno = current->error.load();
    return true;
}

bool refuses(FaultyCall call, int file) noexcept {
    const FaultPlan* const current = plan.load(std::memory_order_acquire);
    if (current == nullptr || (current->calls.load() & call) == 0) {
        return false;
    }
    char link[64];
    char path[1024];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    return refuses(call, path);
}

ssize_t half_written(const void* bytes, std::size_t size, int file, off_t where, bool has_place) noexcept {
    const int error = errno;
    if (has_place) {
        syscall(SYS_pwrite64, file, bytes, size / 2, where);
    } else {
        syscall(SYS_write, file, bytes, size / 2);
    }
    errno = error;
    return -1;
}

// The plan of a program that knows nothing of this.
__attribute__((constructor)) void map_plan() noexcept {
    const char* path = std::getenv("AGENT_SESSIONS_FILE_FAULTS");
    if (path == nullptr) {
        return;
    }
    const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
    void* memory =
        file < 0 ? MAP_FAILED : mmap(nullptr, sizeof(FaultPlan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0) {
        syscall(SYS_close, file);
    }
    if (memory != MAP_FAILED) {
        use_fault_plan(static_cast<FaultPlan*>(memory));
    }
}

}  // namespace

void use_fault_plan(FaultPlan* given) noexcept {
    plan.store(given, std::memory_order_release);
}

}  // namespace agent_sessions::testing

using namespace agent_sessions::testing;

// What the linker finds here, libsqlite3 and nginx find too. Past it lies the kernel: nothing else is
// between.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return refuses(kOpenCalls, path) ? -1
                                     : static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open(path, flags, mode);
}

ssize_t write(int file, const void* bytes, std::size_t size) {
    return refuses(kWriteCalls, file) ? half_written(bytes, size, file, 0, false)
                                      : syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t where) {
    return refuses(kWriteCalls, file) ? half_written(bytes, size, file, where, true)
                                      : syscall(SYS_pwrite64, file, bytes, size, where);
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t where) {
    return pwrite64(file, bytes, size, where);
}

int fsync(int file) {
    return refuses(kSyncCalls, file) ? -1 : static_cast<int>(syscall(SYS_fsync, file));
}

int fdatasync(int file) {
    return refuses(kSyncCalls, file) ? -1 : static_cast<int>(syscall(SYS_fdatasync, file));
}

int ftruncate64(int file, off64_t size) noexcept {
    return refuses(kTruncateCalls, file) ? -1 : static_cast<int>(syscall(SYS_ftruncate, file, size));
}
int ftruncate(int file, off_t size) noexcept {
    return ftruncate64(file, size);
}

int posix_fallocate64(int file, off64_t start, off64_t size) {
    if (refuses(kTruncateCalls, file)) {
        return errno;
    }
    return syscall(SYS_fallocate, file, 0, start, size) == 0 ? 0 : errno;
}
int posix_fallocate(int file, off_t start, off_t size) {
    return posix_fallocate64(file, start, size);
}

int rename(const char* from, const char* to) noexcept {
    return refuses(kRenameCalls, to) ? -1 : static_cast<int>(syscall(SYS_rename, from, to));
}
}
