// A segment in which something of everything stands, everything that is ever done with a segment, and random
// damage in between: nothing of it may crash, or come to no end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/memory_segment.h"
#include "tracker/tracker.h"

namespace agent_sessions::testing {

// Sessions that live, with and without names and instances, that were ended, ran out and were forgotten;
// accounts, acts, events and quarter hours. Returns the clock as it stands then.
FakeClock fill(tracker::Tracker tracker);

// What workers, admins, the upkeep and the history do, once each, for every session that fill() made. Waits
// for nobody, so that a lock that looks taken is found busy.
void use_everything(tracker::Tracker tracker, FakeClock clock);

// The parts of a segment that something stands in, the larger ones as far as they are used.
struct Area {
    std::uint64_t offset;
    std::uint64_t bytes;
};
std::vector<Area> used_areas(tracker::memory::Layout& layout);

// Puts a byte anywhere within the areas: `position` is taken modulo their length. What must be right for any
// look at a segment is left alone: its sizes, which are compared at each start and reload, and the system's
// own words in its locks, which are made anew at each start.
void overwrite(tracker::memory::Layout& layout, const Area& area, std::uint64_t position, std::uint8_t byte);

}  // namespace agent_sessions::testing
