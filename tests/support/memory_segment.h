// A segment in anonymous shared memory: for unit tests, and for multiprocess tests that fork.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/tracker.h"

namespace agent_sessions::testing {

class MemorySegment {
  public:
    explicit MemorySegment(std::uint64_t capacity = tracker::kMinCapacity) {
        const tracker::memory::Geometry geometry = tracker::memory::geometry_for(capacity);
        bytes_ = geometry.total_bytes;
        void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            std::abort();
        }
        layout_ = static_cast<tracker::memory::Layout*>(memory);
        std::uint8_t random[32];
        for (std::size_t i = 0; i < sizeof(random); ++i) {
            random[i] = static_cast<std::uint8_t>(i * 37 + 11);
        }
        tracker::memory::initialise(*layout_, geometry, "test-boot", random, start().wall);
    }
    ~MemorySegment() { ::munmap(layout_, bytes_); }
    MemorySegment(const MemorySegment&) = delete;
    MemorySegment& operator=(const MemorySegment&) = delete;

    tracker::Tracker tracker(tracker::Waiting waiting = tracker::Waiting::patient) const {
        return tracker::Tracker(layout_, waiting);
    }
    tracker::memory::Layout& layout() const { return *layout_; }
    // As its file reads.
    std::string_view bytes() const { return {reinterpret_cast<const char*>(layout_), bytes_}; }

    // 2026-03-03 12:00:00 UTC, an hour after the machine started.
    static tracker::Now start() {
        return {tracker::WallTime{tracker::Millis{1'772'539'200'000}},
                tracker::BootTime{tracker::Millis{3'600'000}}};
    }

  private:
    tracker::memory::Layout* layout_ = nullptr;
    std::size_t bytes_ = 0;
};

// A clock that stands still until it is told to move.
class FakeClock {
  public:
    tracker::Now now() const { return now_; }
    void advance(tracker::Millis by) {
        now_.wall += by;
        now_.boot += by;
    }
    // The wall clock alone jumps, as when somebody sets it.
    void jump_wall(tracker::Millis by) { now_.wall += by; }

  private:
    tracker::Now now_ = MemorySegment::start();
};

}  // namespace agent_sessions::testing
