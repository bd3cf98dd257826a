#include "tests/support/damaged_segment.h"

#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tracker/memory/segment_file.h"

namespace agent_sessions::testing {

namespace files = std::filesystem;

DamagedSegment::DamagedSegment()
    : directory_(files::exists("/dev/shm") ? "/dev/shm" : files::temp_directory_path()),
      clock_(fill(sound_.tracker())),
      areas_(used_areas(sound_.layout())),
      copy_(static_cast<char*>(std::aligned_alloc(4096, sound_.bytes().size()))) {
    options_.directory = directory_.path() / "run";
    options_.name = "floor";
    files::create_directory(options_.directory);
    files::permissions(options_.directory, files::perms::owner_all);
    const std::string boot = tracker::memory::current_boot_id();
    std::memcpy(sound_.layout().boot_id, boot.c_str(), boot.size() + 1);
    if (!copy_ || !sound_.tracker().validate().empty()) {
        throw std::runtime_error("there is no sound segment to begin with");
    }
    reset();
}

void DamagedSegment::reset() {
    std::memcpy(copy_.get(), sound_.bytes().data(), sound_.bytes().size());
}

void DamagedSegment::overwrite(std::size_t area, std::uint64_t position, std::uint8_t byte) {
    testing::overwrite(layout(), areas_[area % areas_.size()], position, byte);
}

void DamagedSegment::use() const {
    use_everything(tracker::Tracker(&layout()), clock_);
}

std::string DamagedSegment::attach(std::string_view file) const {
    const std::string path = options_.directory + "/floor.segment";
    std::ofstream(path, std::ios::binary).write(file.data(), static_cast<std::streamsize>(file.size()));
    ::chmod(path.c_str(), 0600);
    auto outcome = tracker::Attachment::open(options_, clock_.now());
    if (outcome.attachment) {
        use_everything(outcome.attachment->tracker(), clock_);
    }
    outcome.attachment.reset();
    for (const auto& entry : files::directory_iterator(options_.directory)) {
        if (entry.path().filename().native().starts_with("floor.segment")) {
            files::remove(entry.path());
        }
    }
    return outcome.error;
}

}  // namespace agent_sessions::testing
