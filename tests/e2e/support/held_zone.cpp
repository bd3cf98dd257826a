#include "tests/e2e/support/held_zone.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>

#include "tracker/memory/zone_lock.h"

namespace agent_sessions::e2e {

struct HeldZone::State {
    void* memory = MAP_FAILED;
    std::size_t bytes = 0;
    std::optional<tracker::memory::ZoneGuard> guard;
};

HeldZone::HeldZone(const std::filesystem::path& segment) : state_(std::make_unique<State>()) {
    state_->bytes = std::filesystem::file_size(segment);
    const int file = open(segment.c_str(), O_RDWR | O_CLOEXEC);
    state_->memory = mmap(nullptr, state_->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (state_->memory == MAP_FAILED) {
        throw std::runtime_error("cannot map " + segment.string());
    }
    state_->guard.emplace(*static_cast<tracker::memory::Layout*>(state_->memory), tracker::Waiting::patient);
}

HeldZone::~HeldZone() {
    state_->guard.reset();
    munmap(state_->memory, state_->bytes);
}

}  // namespace agent_sessions::e2e
