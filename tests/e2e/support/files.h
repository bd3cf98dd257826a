// Files of the tests: whole-file reading and writing, and directories that go away by themselves.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tests/support/temporary_directory.h"

namespace agent_sessions::e2e {

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

// Everything below a directory, by relative path, with mode, owner, size, inode and time of change: two equal
// snapshots mean that nothing was touched.
std::map<std::string, std::string> snapshot(const std::filesystem::path& directory);

// The directory under which every test of this run works; made by main().
const std::filesystem::path& scratch_directory();
void set_scratch_directory(std::filesystem::path directory);

// A directory below scratch_directory() that others may enter, too, as nginx's workers do.
class Directory : public testing::TemporaryDirectory {
  public:
    Directory();
};

}  // namespace agent_sessions::e2e
