// Instants and dates, in and out. Source: RFC 3339.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tracker/history/time_zones.h"

namespace agent_sessions::admin {

// "2026-03-03T14:05:09.123Z" or with an offset; digits behind the milliseconds are cut off. A blank before
// the offset is a "+" that was not percent-encoded. nullopt = no such text, or before 1970.
std::optional<tracker::WallTime> parse_instant(std::string_view text);

// "2026-03-03", from 1970 on.
std::optional<tracker::history::Day> parse_date(std::string_view text);
std::string date_text(tracker::history::Day day);

}  // namespace agent_sessions::admin
