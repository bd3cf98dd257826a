// The writer of a zone's history: passes of a Follower one after the other, and how long to rest between
// them.
//
// It belongs to a process that does nothing else. Thread safety: none; the Writer is made, used and destroyed
// by one thread, and must not live across a fork. Process safety: as Follower.
#pragma once

#include <optional>
#include <string>

#include "tracker/history/follower.h"

namespace agent_sessions::tracker::history {

class Writer {
  public:
    Writer(Tracker tracker, std::string path, Retention retention)
        : follower_(tracker, std::move(path), retention) {}

    // One pass, which waits for the disk, or none while the follower may wait. How long to rest before the
    // next one, 0 = not at all; nullopt = there is none: another process writes from now on, or the end is
    // come. `end`: when to stop even if something is left to write; nullopt = go on for ever. Out of memory
    // is told to the segment as a failure, and is the end, too.
    std::optional<Millis> work(std::optional<BootTime> end, Now now) noexcept;
    // Until Tracker::wake_history(), also where it came during the last pass, or for as long as that.
    void rest(Millis longest) noexcept;

    // What is wrong, as nginx logs it; empty = nothing.
    const std::string& fault() const noexcept { return follower_.fault(); }
    // What was loaded into the segment since the last call.
    std::optional<Loaded> take_loaded() noexcept { return follower_.take_loaded(); }

  private:
    Follower follower_;
    std::uint32_t seen_ = 0;  // the doorbell, before the last pass
};

}  // namespace agent_sessions::tracker::history
