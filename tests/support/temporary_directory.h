// A directory of a test's own.
// Thread safety: none. Process safety: only the destructor removes it, so a forked child must end by _exit().
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace agent_sessions::testing {

class TemporaryDirectory {
  public:
    // Below `parent`, for its owner alone. Errors: std::system_error where it cannot be made.
    explicit TemporaryDirectory(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = parent / "agent-sessions-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::system_error(errno, std::system_category(), "cannot make " + pattern);
        }
        path_ = pattern;
    }
    // Goes with everything in it.
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace agent_sessions::testing
