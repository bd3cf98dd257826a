#include "tests/write_log/write_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace agent_sessions::write_log {
namespace {

char log_path[1024];
char below[1024];

__attribute__((constructor)) void read_environment() noexcept {
    const char* log = std::getenv("AGENT_SESSIONS_WRITE_LOG");
    const char* directory = std::getenv("AGENT_SESSIONS_WRITE_LOG_BELOW");
    if (log != nullptr && directory != nullptr) {
        std::strncpy(below, directory, sizeof(below) - 1);
        std::strncpy(log_path, log, sizeof(log_path) - 1);
    }
}

bool is_below(const char* path) noexcept {
    const std::size_t length = std::strlen(below);
    return length != 0 && std::strncmp(path, below, length) == 0 && path[length] == '/';
}

// The log is opened anew each time, since programs close descriptors that they do not know.
void note(Kind kind, const char* path, std::uint64_t place = 0, const void* bytes = nullptr,
          std::size_t size = 0, const char* second = "") noexcept {
    const int error = errno;
    const auto log = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (log >= 0) {
        EntryHead head{kind, static_cast<std::uint32_t>(std::strlen(path)),
                       static_cast<std::uint32_t>(std::strlen(second)), static_cast<std::uint32_t>(size),
                       place};
        const iovec parts[] = {{&head, sizeof(head)},
                               {const_cast<char*>(path), head.path_bytes},
                               {const_cast<char*>(second), head.second_path_bytes},
                               {const_cast<void*>(bytes), size}};
        if (syscall(SYS_writev, log, parts, 4) < 0) {
            std::abort();
        }
        syscall(SYS_close, log);
    }
    errno = error;
}

struct Path {
    char text[1024]{};
};

// The path of an open file that the log is about; false = another one.
bool find(int file, Path& path) noexcept {
    if (below[0] == '\0') {
        return false;
    }
    char link[64];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path.text, sizeof(path.text) - 1);
    return length > 0 && is_below(path.text);
}

off_t position_of(int file) noexcept {
    return (fcntl(file, F_GETFL) & O_APPEND) != 0 ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
}

int synced(int result, int file) noexcept {
    if (Path path; result == 0 && find(file, path)) {
        note(Kind::sync, path.text);
    }
    return result;
}

}  // namespace
}  // namespace agent_sessions::write_log

using namespace agent_sessions::write_log;

// Past what the linker finds here lies the kernel: nothing else is between.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = va_arg(arguments, mode_t);
    va_end(arguments);
    const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    if (file >= 0 && is_below(path)) {
        if ((flags & O_CREAT) != 0) {
            note(Kind::create, path);
        }
        if ((flags & O_TRUNC) != 0) {
            note(Kind::truncate, path, 0);
        }
    }
    return file;
}
int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open(path, flags, mode);
}

ssize_t write(int file, const void* bytes, std::size_t size) {
    if (Path path; find(file, path)) {
        note(Kind::write, path.text, static_cast<std::uint64_t>(position_of(file)), bytes, size);
    }
    return syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t where) {
    if (Path path; find(file, path)) {
        note(Kind::write, path.text, static_cast<std::uint64_t>(where), bytes, size);
    }
    return syscall(SYS_pwrite64, file, bytes, size, where);
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t where) {
    return pwrite64(file, bytes, size, where);
}

int fsync(int file) {
    return synced(static_cast<int>(syscall(SYS_fsync, file)), file);
}

int fdatasync(int file) {
    return synced(static_cast<int>(syscall(SYS_fdatasync, file)), file);
}

int ftruncate64(int file, off64_t size) noexcept {
    if (Path path; find(file, path)) {
        note(Kind::truncate, path.text, static_cast<std::uint64_t>(size));
    }
    return static_cast<int>(syscall(SYS_ftruncate, file, size));
}
int ftruncate(int file, off_t size) noexcept {
    return ftruncate64(file, size);
}

int rename(const char* from, const char* to) noexcept {
    const auto result = static_cast<int>(syscall(SYS_rename, from, to));
    if (result == 0 && is_below(to)) {
        note(Kind::rename, from, 0, nullptr, 0, to);
    }
    return result;
}

int unlink(const char* path) noexcept {
    const auto result = static_cast<int>(syscall(SYS_unlink, path));
    if (result == 0 && is_below(path)) {
        note(Kind::remove, path);
    }
    return result;
}
}
