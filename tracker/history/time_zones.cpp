#include "tracker/history/time_zones.h"

// As the library was built: its classes differ without it.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <stdexcept>

namespace agent_sessions::tracker::history {
namespace {

constexpr std::string_view kUtc = "UTC";

const date::time_zone* find_zone(std::string_view name) noexcept {
    if (name.empty()) {
        return nullptr;
    }
    try {
        const date::time_zone* zone = date::locate_zone(name);
        // Reads the zone's file: what is in the directory may be something else.
        zone->get_info(date::sys_seconds{});
        return zone;
    } catch (const std::exception&) {
        return nullptr;
    }
}

std::chrono::seconds offset_at(const date::time_zone& zone, WallTime instant) {
    return zone.get_info(std::chrono::floor<std::chrono::seconds>(instant)).offset;
}

}  // namespace

bool is_known_zone(std::string_view name) noexcept {
    return name == kUtc || find_zone(name) != nullptr;
}

TimeZone::TimeZone(std::string_view name) : name_(kUtc) {
    if (const date::time_zone* zone = name == kUtc ? nullptr : find_zone(name)) {
        name_ = name;
        zone_ = zone;
    }
}

WallTime TimeZone::start_of(Day day) const {
    if (zone_ == nullptr) {
        return WallTime{day.time_since_epoch()};
    }
    // A midnight that does not exist is the instant of the change; of two, the first counts.
    const auto& zone = *static_cast<const date::time_zone*>(zone_);
    const date::local_days midnight{day.time_since_epoch()};
    return zone.to_sys(date::local_seconds{midnight}, date::choose::earliest);
}

Day TimeZone::day_of(WallTime instant) const {
    if (zone_ == nullptr) {
        return Day{std::chrono::floor<std::chrono::days>(instant).time_since_epoch()};
    }
    const auto local = instant + offset_at(*static_cast<const date::time_zone*>(zone_), instant);
    const Day day{std::chrono::floor<std::chrono::days>(local).time_since_epoch()};
    // Where the clock is put back over midnight, that midnight comes twice.
    if (instant >= start_of(day + std::chrono::days{1})) {
        return day + std::chrono::days{1};
    }
    return instant < start_of(day) ? day - std::chrono::days{1} : day;
}

}  // namespace agent_sessions::tracker::history
