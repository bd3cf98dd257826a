#include "tests/e2e/support/faulty_disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace agent_sessions::e2e {

using agent_sessions::testing::FaultPlan;

FaultyDisk::FaultyDisk(NginxServer& server, std::string_view directory) {
    const auto path = server.prefix() / "fault-plan";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    void* memory = MAP_FAILED;
    if (file >= 0 && ftruncate(file, sizeof(FaultPlan)) == 0) {
        memory = mmap(nullptr, sizeof(FaultPlan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    close(file);
    if (memory == MAP_FAILED) {
        throw std::runtime_error("no fault plan");
    }
    plan_ = new (memory) FaultPlan;
    plan_->stay_below((server.prefix() / directory).string());
    server.obey_fault_plan(path);
}

FaultyDisk::~FaultyDisk() {
    plan_->clear();
    munmap(plan_, sizeof(FaultPlan));
}

}  // namespace agent_sessions::e2e
