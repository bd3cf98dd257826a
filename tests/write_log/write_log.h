// Everything that a program does to the files below one directory, in its order: what a disk gets to see.
// Preloaded, it appends to a log; from the log, tests/e2e/support/disk_image.h makes what a power cut may
// leave of the disk.
//
// AGENT_SESSIONS_WRITE_LOG names the log, AGENT_SESSIONS_WRITE_LOG_BELOW the directory.
#pragma once

#include <cstdint>

namespace agent_sessions::write_log {

enum class Kind : std::uint32_t {
    create,    // the file is there from now on
    write,     // `bytes` at `place`; noted before it is done
    truncate,  // to `place` bytes
    sync,      // noted once it is done: all that was noted before it is on the disk
    rename,    // the second path is the new name
    remove,
};

// Of each entry, before the path, the second path and the bytes. One entry is appended by one call.
struct EntryHead {
    Kind kind{};
    std::uint32_t path_bytes = 0;
    std::uint32_t second_path_bytes = 0;
    std::uint32_t bytes = 0;
    std::uint64_t place = 0;
};

}  // namespace agent_sessions::write_log
