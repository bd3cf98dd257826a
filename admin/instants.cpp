#include "admin/instants.h"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace agent_sessions::admin {
namespace {

using tracker::history::Day;

constexpr int kFirstYear = 1970;
constexpr std::size_t kDateChars = 10;   // 2026-03-03
constexpr std::size_t kTimeChars = 8;    // 14:05:09
constexpr std::size_t kOffsetChars = 6;  // +05:45
constexpr int kMaxFractionDigits = 9;

// Digits only, exactly so many.
std::optional<int> number_at(std::string_view text, std::size_t offset, std::size_t digits) {
    const std::string_view part = text.substr(offset, digits);
    int number = 0;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.size() != digits || part.front() == '-' || parsed.ec != std::errc{} ||
        parsed.ptr != part.data() + digits) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::chrono::seconds> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return std::chrono::seconds{0};
    }
    if (text.size() != kOffsetChars || text[3] != ':' ||
        std::string_view("+- ").find(text[0]) == std::string_view::npos) {
        return std::nullopt;
    }
    const auto hours = number_at(text, 1, 2);
    const auto minutes = number_at(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    const std::chrono::seconds offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return text[0] == '-' ? -offset : offset;
}

// ".123456" → 123; none → 0. Takes it off the front.
std::optional<std::chrono::milliseconds> take_fraction(std::string_view& text) {
    if (text.empty() || text.front() != '.') {
        return std::chrono::milliseconds{0};
    }
    text.remove_prefix(1);
    int milliseconds = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 3) {
            milliseconds = milliseconds * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    for (int missing = digits; missing < 3; ++missing) {
        milliseconds *= 10;
    }
    if (digits == 0 || digits > kMaxFractionDigits) {
        return std::nullopt;
    }
    return std::chrono::milliseconds{milliseconds};
}

}  // namespace

std::optional<Day> parse_date(std::string_view text) {
    if (text.size() != kDateChars || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const auto year = number_at(text, 0, 4);
    const auto month = number_at(text, 5, 2);
    const auto day = number_at(text, 8, 2);
    if (!year || !month || !day || *year < kFirstYear) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    return date.ok() ? std::optional(Day{date}) : std::nullopt;
}

std::optional<tracker::WallTime> parse_instant(std::string_view text) {
    if (text.size() < kDateChars + 1 + kTimeChars + 1 ||
        (text[kDateChars] != 'T' && text[kDateChars] != 't')) {
        return std::nullopt;
    }
    const auto date = parse_date(text.substr(0, kDateChars));
    const std::string_view time = text.substr(kDateChars + 1);
    const auto hours = number_at(time, 0, 2);
    const auto minutes = number_at(time, 3, 2);
    const auto seconds = number_at(time, 6, 2);
    if (!date || !hours || !minutes || !seconds || time[2] != ':' || time[5] != ':' || *hours > 23 ||
        *minutes > 59 || *seconds > 60) {
        return std::nullopt;
    }
    std::string_view rest = time.substr(kTimeChars);
    const auto fraction = take_fraction(rest);
    const auto offset = parse_offset(rest);
    if (!fraction || !offset) {
        return std::nullopt;
    }
    const tracker::WallTime instant = tracker::WallTime{date->time_since_epoch()} +
                                      std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
                                      std::chrono::seconds{*seconds} + *fraction - *offset;
    return instant.time_since_epoch().count() >= 0 ? std::optional(instant) : std::nullopt;
}

std::string date_text(Day day) {
    return date::format("%F", date::local_days{day.time_since_epoch()});
}

}  // namespace agent_sessions::admin
