// The key file: STATE/NAME.keys, made once and shared by all workers that ever serve the zone.
// Process safety: any number of processes may call at once; they agree by flock on PATH.lock. Blocking: file
// system calls with fsync, so only at the start of a worker and from a timer, never within a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ngx_module/gateway/key_ring.h"
#include "tracker/time.h"

namespace agent_sessions::gateway {

struct LoadedKeys {
    std::optional<KeyRing> ring;  // nullopt = failed
    bool created = false;         // the file was made by this call
    bool rotated = false;         // a key was added or dropped by this call
    // Failed: what failed and the file's name, in nginx's style: lower case, no full stop. Never a secret.
    std::string error;
    // Loaded, but the rotation could not be written: the old keys go on.
    std::string warning;
};

// Loads the keys, makes the file if there is none, rotates if it is time (KeyRing::rotate). A file that is
// damaged, is no regular file, belongs to another user or may be read by others is refused, and never
// overwritten. `patience`: how long another process that is at it is waited for. REQUIRES: the directory
// exists; called as the user of the workers.
LoadedKeys load_or_create_keys(const std::string& path, tracker::WallTime now, tracker::Millis absolute,
                               tracker::Millis patience);

// Loads without writing anything.
LoadedKeys load_keys(const std::string& path);

// Tells apart the states of a file that is only ever replaced by rename. A worker that lives long compares it
// from a timer (once a minute is plenty, see kKeyLeadTime) and calls load_keys() when it differs.
struct KeyFileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const KeyFileStamp&, const KeyFileStamp&) = default;
};
// nullopt = there is none. Cost: one stat.
std::optional<KeyFileStamp> stamp_of(const std::string& path) noexcept;

}  // namespace agent_sessions::gateway
