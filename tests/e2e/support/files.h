// Files of the tests: whole-file reading and writing, and directories that go away by themselves.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace agent_sessions::e2e {

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

// Everything below a directory, by relative path, with mode, owner, size, inode and time of change: two equal
// snapshots mean that nothing was touched.
std::map<std::string, std::string> snapshot(const std::filesystem::path& directory);

// The directory under which every test of this run works; made by main().
const std::filesystem::path& scratch_directory();
void set_scratch_directory(std::filesystem::path directory);

// A directory below scratch_directory() that others may enter, removed with its content.
class Directory {
  public:
    Directory();
    ~Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace agent_sessions::e2e
