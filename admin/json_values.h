// Values of JSON that may be null.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <algorithm>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "admin/answer.h"

namespace agent_sessions::admin {

// An empty text is null.
inline boost::json::value text_or_null(std::string_view text) {
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(boost::json::string(text));
}

inline boost::json::value optional_text(const std::optional<std::string>& text) {
    return text ? boost::json::value(boost::json::string(*text)) : boost::json::value(nullptr);
}

template <typename Number>
boost::json::value number_or_null(const std::optional<Number>& number) {
    return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

// Last activity is known in whole seconds of the boot clock. The wall clock's distance to it moves by a
// millisecond from one look to the next, which is no change. Never before the start, and in the order of the
// instants it is told of: so up to the next whole second.
inline boost::json::string seen_text(tracker::WallTime last_seen, tracker::WallTime started) {
    return boost::json::string(
        time_text(std::max<tracker::WallTime>(std::chrono::ceil<std::chrono::seconds>(last_seen), started)));
}

inline boost::json::value time_or_null(const std::optional<tracker::WallTime>& instant) {
    return instant ? boost::json::value(boost::json::string(time_text(*instant)))
                   : boost::json::value(nullptr);
}

}  // namespace agent_sessions::admin
