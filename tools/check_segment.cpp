// check-segment FILE...: tells what is wrong in the segments of zones, from a copy in memory; the files are
// only read. A segment that is in use changes meanwhile, so that counts may then seem to differ.
//
// Prints one line for each finding, which names the file. Status: 0 = sound, 1 = findings, 2 = a file can't
// be read as a segment of this version.
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "tracker/memory/validate.h"

namespace agent_sessions {
namespace {

using tracker::memory::Layout;

constexpr int kSound = 0;
constexpr int kFindings = 1;
constexpr int kUnreadable = 2;

// A file's bytes, placed as a mapping of it would be.
class Copy {
  public:
    Copy(std::ifstream& file, std::size_t bytes) : bytes_(bytes) {
        memory_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (*this) {
            file.read(static_cast<char*>(memory_), static_cast<std::streamsize>(bytes));
        }
    }
    ~Copy() {
        if (*this) {
            ::munmap(memory_, bytes_);
        }
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    explicit operator bool() const { return memory_ != MAP_FAILED; }
    Layout& layout() const { return *static_cast<Layout*>(memory_); }

  private:
    std::size_t bytes_;
    void* memory_;
};

int unreadable(const std::string& path, const std::string& why) {
    std::fprintf(stderr, "\"%s\" %s\n", path.c_str(), why.c_str());
    return kUnreadable;
}

int check(const std::string& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) {
        return unreadable(path, "cannot be read (" + (error ? error.message() : std::strerror(errno)) + ")");
    }
    if (bytes < sizeof(Layout)) {
        return unreadable(path, "is too short to be a segment");
    }
    const Copy copy(file, bytes);
    if (!copy || !file) {
        return unreadable(path, "cannot be read whole");
    }
    if (const std::string fault = tracker::memory::header_fault(copy.layout(), bytes); !fault.empty()) {
        return unreadable(path, fault);
    }
    const auto faults = tracker::memory::find_faults(copy.layout());
    for (const std::string& fault : faults) {
        std::printf("\"%s\": %s\n", path.c_str(), fault.c_str());
    }
    if (faults.empty()) {
        std::printf("\"%s\" is sound\n", path.c_str());
    }
    return faults.empty() ? kSound : kFindings;
}

int run(std::span<char*> arguments) {
    if (arguments.size() < 2) {
        std::fputs("usage: check-segment FILE...\n", stderr);
        return kUnreadable;
    }
    int status = kSound;
    for (const char* path : arguments.subspan(1)) {
        status = std::max(status, check(path));
    }
    return status;
}

}  // namespace
}  // namespace agent_sessions

int main(int count, char** arguments) {
    return agent_sessions::run(std::span(arguments, static_cast<std::size_t>(count)));
}
