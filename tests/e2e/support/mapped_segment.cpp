#include "tests/e2e/support/mapped_segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace agent_sessions::e2e {

MappedSegment::MappedSegment(const std::filesystem::path& path) : bytes_(std::filesystem::file_size(path)) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (memory_ == MAP_FAILED) {
        throw std::runtime_error("the segment cannot be mapped");
    }
}

MappedSegment::~MappedSegment() {
    ::munmap(memory_, bytes_);
}

}  // namespace agent_sessions::e2e
