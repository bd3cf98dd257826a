// A disk of a megabyte under one directory of a gateway, to be filled or made read-only. Needs root and the
// right to mount.
#pragma once

#include <filesystem>
#include <string>

namespace agent_sessions::e2e {

class SmallDisk {
  public:
    // The directory is made, and belongs to `owner`.
    SmallDisk(std::filesystem::path directory, const std::string& owner);
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    // Empty = it is there, else why not.
    const std::string& fault() const { return fault_; }
    void fill() const;
    void make_room() const;
    void make_read_only(bool read_only) const;

  private:
    std::filesystem::path directory_;
    std::string fault_;
};

}  // namespace agent_sessions::e2e
