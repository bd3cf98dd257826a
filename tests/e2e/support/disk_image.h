// What a power cut may leave of the files that a write log tells of (tests/write_log/write_log.h): all that
// was synced, and of what was not any of its sectors of 512 bytes, in any order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/write_log/write_log.h"

namespace agent_sessions::e2e {

struct LoggedWrite {
    write_log::Kind kind{};
    std::string path;
    std::string second_path;
    std::string bytes;
    std::uint64_t place = 0;
    std::uint64_t end = 0;  // of this entry in the log, in bytes
};

// Those that are whole.
std::vector<LoggedWrite> read_write_log(const std::filesystem::path& log);

class DiskImage {
  public:
    // Of the power going off after the first `count` entries.
    DiskImage(const std::vector<LoggedWrite>& log, std::size_t count, std::mt19937& random);

    // Puts the files, private, into this directory.
    void write_to(const std::filesystem::path& directory) const;
    // How many sectors were written, not synced, and did not reach the disk.
    std::size_t lost_sectors() const { return lost_; }

  private:
    struct File {
        std::string content;
        std::vector<const LoggedWrite*> unsynced;
    };

    void apply(const LoggedWrite& entry);
    void lose_some(File& file, std::mt19937& random);

    std::map<std::string, File> files_;
    std::size_t lost_ = 0;
};

}  // namespace agent_sessions::e2e
