// A table that is small enough for every order of steps to be tried: three slots, one group of the index, so
// that all keys meet in it. Some words behind the table are the models' own.
#pragma once

#include <sys/mman.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/model_check/scheduler.h"
#include "tracker/memory/layout.h"
#include "tracker/tracker.h"

namespace agent_sessions::model_check {

class SmallTable {
  public:
    static constexpr std::size_t kWords = 8;

    explicit SmallTable(std::uint64_t slots = 3) {
        tracker::memory::Geometry geometry = tracker::memory::geometry_for(tracker::kMinCapacity);
        geometry.capacity = slots;
        geometry.slots = slots;
        geometry.groups = 1;
        geometry.overflow_groups = 1;
        geometry.texts = 32;
        geometry.text_buckets = 4;
        geometry.instances = 8;
        geometry.accounts = 2;
        geometry.account_buckets = 2;
        geometry.events = 16;
        words_offset_ = geometry.total_bytes;
        bytes_ = geometry.total_bytes + kWords * sizeof(std::uint64_t);
        memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory_ == MAP_FAILED) {
            std::abort();
        }
        use_memory(memory_, bytes_);
        const std::uint8_t random[32] = {3, 1, 4, 1, 5, 9, 2, 6};
        tracker::memory::initialise(layout(), geometry, "model", random, now().wall);
    }
    ~SmallTable() {
        use_memory(nullptr, 0);
        ::munmap(memory_, bytes_);
    }
    SmallTable(const SmallTable&) = delete;
    SmallTable& operator=(const SmallTable&) = delete;

    tracker::Tracker tracker() { return tracker::Tracker(&layout(), tracker::Waiting::patient); }
    tracker::memory::Layout& layout() { return *static_cast<tracker::memory::Layout*>(memory_); }
    // A word of the model's own, by which its processes tell each other how far they are.
    tracker::memory::Shared<std::uint64_t>& word(std::size_t index) {
        char* const start = static_cast<char*>(memory_) + words_offset_;
        return reinterpret_cast<tracker::memory::Shared<std::uint64_t>*>(start)[index];
    }

    static tracker::Now now(tracker::Millis later = tracker::Millis{0}) {
        return {tracker::WallTime{tracker::Millis{1'772'539'200'000}} + later,
                tracker::BootTime{tracker::Millis{3'600'000}} + later};
    }

    // Keys of one group and one tag: only the slot's own words tell them apart.
    static tracker::SessionKey key(std::uint64_t number) { return {number << 8, (0x5eedULL << 32) + number}; }

    static tracker::BeginRequest request(std::uint64_t number) {
        tracker::BeginRequest begin;
        begin.key = key(number);
        // Differs from session to session, so that a mixture of two is seen.
        begin.started = now(tracker::Millis{static_cast<std::int64_t>(number)}).wall;
        begin.account = "a";
        begin.confirmed = true;
        return begin;
    }

  private:
    void* memory_ = nullptr;
    std::size_t bytes_ = 0;
    std::uint64_t words_offset_ = 0;
};

}  // namespace agent_sessions::model_check
