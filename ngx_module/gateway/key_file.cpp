#include "ngx_module/gateway/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string_view>
#include <system_error>
#include <utility>

namespace agent_sessions::gateway {

namespace {

constexpr std::size_t kMaxFileBytes = 8192;
constexpr mode_t kPrivateMode = 0600;

class File {
  public:
    explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    File& operator=(File&&) = delete;
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }

  private:
    int descriptor_;
};

std::string failure(std::string_view call, const std::string& path) {
    const int error = errno;
    return std::string(call) + "() \"" + path + "\" failed (" + std::to_string(error) + ": " +
           std::generic_category().message(error) + ")";
}

int open_retrying(const std::string& path, int flags) noexcept {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, kPrivateMode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

// Empty = a regular file that only we can read.
std::string check_private(const File& file, const std::string& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        return failure("fstat", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return "\"" + path + "\" is not a regular file";
    }
    if (status.st_uid != ::geteuid()) {
        return "\"" + path + "\" belongs to user " + std::to_string(status.st_uid) +
               ", but the workers run as user " + std::to_string(::geteuid());
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return "\"" + path + "\" may be used by others than its owner, its mode must be 0600";
    }
    return {};
}

// Bounded, since a process that was stopped while it holds the lock must not stop all others from starting.
std::string lock(const File& file, const std::string& path, tracker::Millis patience) {
    constexpr timespec kPause{0, 10'000'000};
    const auto tries = patience.count() / 10;
    for (std::int64_t attempt = 0; attempt <= tries; ++attempt) {
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
            return {};
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return failure("flock", path);
        }
        ::nanosleep(&kPause, nullptr);
    }
    return "\"" + path + "\" is locked by another process for too long";
}

// A buffer for secrets.
class Text {
  public:
    explicit Text(std::string text) noexcept : text_(std::move(text)) {}
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    ~Text() { OPENSSL_cleanse(text_.data(), text_.size()); }
    std::string& get() noexcept { return text_; }

  private:
    std::string text_;
};

std::string read_all(const File& file, const std::string& path, std::string& content) {
    content.resize(kMaxFileBytes + 1);
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t count = ::read(file.get(), content.data() + size, content.size() - size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure("read", path);
        }
        if (count == 0) {
            break;
        }
        size += static_cast<std::size_t>(count);
    }
    if (size > kMaxFileBytes) {
        return "key file \"" + path + "\" is damaged: too long";
    }
    content.resize(size);
    return {};
}

std::string write_all(const File& file, const std::string& path, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(file.get(), content.data(), content.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure("write", path);
        }
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

std::string sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const File file(open_retrying(directory, O_RDONLY | O_DIRECTORY));
    // EINVAL: a file system that has no such thing.
    if (!file || (::fsync(file.get()) != 0 && errno != EINVAL)) {
        return failure("fsync", directory);
    }
    return {};
}

std::string write_new_file(const std::string& path, std::string_view content) {
    // Left behind by somebody who was killed. The caller holds the lock.
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return failure("unlink", path);
    }
    const File file(open_retrying(path, O_WRONLY | O_CREAT | O_EXCL));
    if (!file) {
        return failure("open", path);
    }
    // The umask may have taken bits of the owner.
    if (::fchmod(file.get(), kPrivateMode) != 0) {
        return failure("fchmod", path);
    }
    std::string error = write_all(file, path, content);
    if (error.empty() && ::fsync(file.get()) != 0) {
        error = failure("fsync", path);
    }
    return error;
}

// REQUIRES: the lock is held. Empty = the new content is there and stays.
std::string replace(const std::string& path, const KeyRing& ring) {
    Text content(serialize(ring));
    const std::string temporary = path + ".new";
    std::string error = write_new_file(temporary, content.get());
    if (error.empty() && ::rename(temporary.c_str(), path.c_str()) != 0) {
        error = failure("rename", temporary);
    }
    if (!error.empty()) {
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory_of(path);
}

LoadedKeys failed(std::string error) {
    LoadedKeys result;
    result.error = std::move(error);
    return result;
}

// `missing` = there is no such file.
LoadedKeys load(const std::string& path, bool& missing) {
    // O_NONBLOCK: a FIFO must not hold us up.
    const File file(open_retrying(path, O_RDONLY | O_NONBLOCK));
    if (!file) {
        missing = errno == ENOENT;
        return failed(failure("open", path));
    }
    if (std::string error = check_private(file, path); !error.empty()) {
        return failed(std::move(error));
    }
    Text content{std::string()};
    if (std::string error = read_all(file, path, content.get()); !error.empty()) {
        return failed(std::move(error));
    }
    LoadedKeys result;
    std::string damage;
    result.ring = parse_key_ring(content.get(), damage);
    if (!result.ring) {
        result.error = "key file \"" + path + "\" is damaged: " + damage;
    }
    return result;
}

}  // namespace

LoadedKeys load_or_create_keys(const std::string& path, tracker::WallTime now, tracker::Millis absolute,
                               tracker::Millis patience) {
    const std::string lock_path = path + ".lock";
    const File lock_file(open_retrying(lock_path, O_RDONLY | O_CREAT));
    if (!lock_file) {
        return failed(failure("open", lock_path));
    }
    if (std::string error = check_private(lock_file, lock_path); !error.empty()) {
        return failed(std::move(error));
    }
    if (std::string error = lock(lock_file, lock_path, patience); !error.empty()) {
        return failed(std::move(error));
    }

    bool missing = false;
    LoadedKeys result = load(path, missing);
    if (!result.ring && !missing) {
        return result;
    }
    KeyRing ring = result.ring.value_or(KeyRing());
    const bool rotates = ring.needs_rotation(now, absolute);
    if (!rotates && ring.keeps_adoption()) {
        return result;
    }

    Secret fresh{};
    std::string error;
    if (RAND_priv_bytes(fresh.data(), static_cast<int>(fresh.size())) != 1) {
        error = "no random bytes for \"" + path + "\"";
    } else {
        // Before the oldest key, of which it is made, may go.
        if (!ring.empty()) {
            ring.keep_adoption(ring.adoption());
        }
        ring.rotate(now, absolute, fresh);
        ring.keep_adoption(ring.adoption());
        error = replace(path, ring);
    }
    OPENSSL_cleanse(fresh.data(), fresh.size());

    if (missing) {
        if (!error.empty()) {
            return failed(std::move(error));
        }
        result.error.clear();
        result.created = true;
    } else if (!error.empty()) {
        result.warning = std::move(error);
        return result;
    } else {
        result.rotated = rotates;
    }
    result.ring = ring;
    return result;
}

LoadedKeys load_keys(const std::string& path) {
    bool missing = false;
    return load(path, missing);
}

std::optional<KeyFileStamp> stamp_of(const std::string& path) noexcept {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    return KeyFileStamp{status.st_dev, status.st_ino,
                        status.st_ctim.tv_sec * kNanosecondsPerSecond + status.st_ctim.tv_nsec};
}

}  // namespace agent_sessions::gateway
