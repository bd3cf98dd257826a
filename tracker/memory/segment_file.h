// The file behind a segment: made whole or not at all, opened without trusting what lies there.
// Errors are texts in nginx's manner that name the file.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include <boost/interprocess/mapped_region.hpp>

#include "tracker/memory/layout.h"

namespace agent_sessions::tracker::memory {

// The boot that this machine is in: /proc/sys/kernel/random/boot_id, or empty.
std::string current_boot_id();

struct FileOwner {
    std::optional<uid_t> user;
    std::optional<gid_t> group;
};

// Makes the directory (0700) if only its last part is missing, and refuses one that others may write. Empty =
// fine.
std::string prepare_directory(const std::string& path, const FileOwner& owner);

struct Mapping {
    boost::interprocess::mapped_region region;
    dev_t device = 0;
    ino_t inode = 0;
    bool on_tmpfs = true;

    Layout* layout() const noexcept { return static_cast<Layout*>(region.get_address()); }
};

// What lies at the path: a regular file of ours (or of `owner`), private, not a link. Empty = fine or nothing
// there.
std::string file_fault(const std::string& path, const FileOwner& owner, bool& exists);

// A mapping, or why there is none.
struct Made {
    std::optional<Mapping> mapping;
    std::string error;
};

// Maps an existing file.
Made map_file(const std::string& path);

// Puts content into a fresh segment before anybody sees it. Returns what is wrong, or empty.
using Fill = std::function<std::string(Layout&)>;

// Makes a segment under a temporary name (0600), with its space reserved, initialises it, fills it and
// renames it to `path`. Where that fails, what lay at `path` is untouched.
Made make_file(const std::string& path, std::uint64_t capacity, const FileOwner& owner, WallTime now,
               const Fill& fill);

}  // namespace agent_sessions::tracker::memory
