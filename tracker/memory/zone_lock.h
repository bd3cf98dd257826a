// The zone's one writer lock: process-shared and robust. A process may be killed while it holds the lock; the
// next one to take it undoes what was left half done (O(1)) and goes on.
//
// Why not Boost's mutex: it can never be locked again once its owner was killed (boostorg/interprocess#65).
#pragma once

#include "tracker/memory/layout.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker::memory {

// Makes the lock anew, and the one under which a segment is loaded. REQUIRES: nobody else is attached.
void make_lock(Layout& layout) noexcept;

// Holds the lock for a scope. With Waiting::event_loop it tries for at most 50 µs and may come back without
// it. Under it: no allocation, no log, no system call, no throw.
class ZoneGuard {
  public:
    ZoneGuard(Layout& layout, Waiting waiting) noexcept;
    ~ZoneGuard();
    ZoneGuard(const ZoneGuard&) = delete;
    ZoneGuard& operator=(const ZoneGuard&) = delete;

    explicit operator bool() const noexcept { return held_; }

  private:
    Layout& layout_;
    bool held_ = false;
};

// Puts right what a dead holder, or a stopped machine, left behind. REQUIRES: the lock is held or nobody is
// attached.
void recover(Layout& layout) noexcept;

}  // namespace agent_sessions::tracker::memory
