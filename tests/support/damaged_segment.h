// Damaged copies of a sound segment that is full of everything, and what nginx does with them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/support/busy_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/attachment.h"

namespace agent_sessions::testing {

class DamagedSegment {
  public:
    DamagedSegment();

    // Begins with a copy of the sound one. It lies on the heap, where a sanitizer sees what is beyond its
    // end.
    void reset();
    // Puts a byte at `position`, modulo their length, of one of the areas; see overwrite().
    void overwrite(std::size_t area, std::uint64_t position, std::uint8_t byte);

    // As workers do that have it mapped already.
    void use() const;
    // As nginx does at a start: attaches to a file of these bytes, or to the new one where it is set aside,
    // and uses that unless it is refused.
    // Returns why it was refused.
    std::string attach() const { return attach(bytes()); }
    std::string attach(std::string_view file) const;

    std::string_view bytes() const { return {copy_.get(), sound_.bytes().size()}; }

  private:
    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };
    tracker::memory::Layout& layout() const {
        return *reinterpret_cast<tracker::memory::Layout*>(copy_.get());
    }

    TemporaryDirectory directory_;
    tracker::AttachOptions options_;
    MemorySegment sound_;
    FakeClock clock_;
    std::vector<Area> areas_;
    std::unique_ptr<char, Free> copy_;
};

}  // namespace agent_sessions::testing
