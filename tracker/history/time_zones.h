// Calendar days in a named time zone, by the system's tzdata (IANA names).
//
// Thread safety: every function may be called from any thread. The first call of a process lists the system's
// zones (milliseconds, reads directories), the first use of a zone reads its file. Errors: an unknown zone,
// or a system without tzdata, reads as UTC.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tracker/time.h"

namespace agent_sessions::tracker::history {

// A date, wherever it is.
using Day = std::chrono::local_days;

// Is there such a zone here? "UTC" always is.
bool is_known_zone(std::string_view name) noexcept;

class TimeZone {
  public:
    // An unknown name (an empty one too) = UTC.
    explicit TimeZone(std::string_view name);

    // "UTC" where the name given was unknown.
    const std::string& name() const noexcept { return name_; }

    // The first instant of the day; a day ends where the next one starts, so the days of a zone cover all
    // time once. One that the zone skipped is empty.
    WallTime start_of(Day day) const;
    // The day that the instant belongs to.
    Day day_of(WallTime instant) const;

  private:
    std::string name_;
    const void* zone_ = nullptr;  // of the library, whose header would define too much here; null = UTC
};

}  // namespace agent_sessions::tracker::history
