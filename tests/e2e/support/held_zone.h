// Holds the writer lock of a running gateway's zone, as a process does that was stopped while it changed
// something: whoever wants to change the zone meanwhile finds it busy.
#pragma once

#include <filesystem>
#include <memory>

namespace agent_sessions::e2e {

class HeldZone {
  public:
    explicit HeldZone(const std::filesystem::path& segment);
    ~HeldZone();
    HeldZone(const HeldZone&) = delete;
    HeldZone& operator=(const HeldZone&) = delete;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace agent_sessions::e2e
