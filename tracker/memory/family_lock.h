// The lock file beside a segment, and the one beside the database of a history: held (shared) by the master
// that attached and, through inheritance, by all its children, so it shows whether a family of processes
// still uses the file, even after its master was killed.
#pragma once

#include <string>

#include "tracker/memory/segment_file.h"

namespace agent_sessions::tracker::memory {

class FamilyLock {
  public:
    FamilyLock() noexcept = default;
    ~FamilyLock();
    FamilyLock(FamilyLock&& other) noexcept;
    FamilyLock& operator=(FamilyLock&& other) noexcept;

    enum class Standing { alone, others, failed };

    // Opens the file (made 0600) and finds out. `error` is set when failed.
    static FamilyLock open(const std::string& path, const FileOwner& owner, Standing& standing,
                           std::string& error);

    // From "alone, being set up" to "one of the family"; for `others`: joins them. false = somebody is
    // setting up.
    bool join() noexcept;

    int file() const noexcept { return file_; }

  private:
    explicit FamilyLock(int file) noexcept : file_(file) {}
    int file_ = -1;
};

}  // namespace agent_sessions::tracker::memory
