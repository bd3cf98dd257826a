// A gateway's own segment, mapped into the test as a worker has it.
#pragma once

#include <filesystem>

#include "tracker/tracker.h"

namespace agent_sessions::e2e {

class MappedSegment {
  public:
    explicit MappedSegment(const std::filesystem::path& path);
    ~MappedSegment();
    MappedSegment(const MappedSegment&) = delete;
    MappedSegment& operator=(const MappedSegment&) = delete;

    tracker::Tracker tracker() const { return tracker::Tracker(&layout(), tracker::Waiting::patient); }
    tracker::memory::Layout& layout() const { return *static_cast<tracker::memory::Layout*>(memory_); }

  private:
    std::size_t bytes_;
    void* memory_;
};

}  // namespace agent_sessions::e2e
