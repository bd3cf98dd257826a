// The headers that every answer of the API has, and how instants are written.
// Sources: RFC 3339; RELIABILITY S20, S22. Thread safety: every function may be called from anywhere.
#pragma once

#include <array>
#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "admin/message.h"
#include "tracker/time.h"

namespace agent_sessions::admin {

// Never stored, never sniffed, never framed, and readable by no other origin.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kApiHeaders{{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
}};

// An answer without a body yet, with kApiHeaders.
// An empty content type = none (204).
Response api_response(int status, std::string_view content_type);

// 200 with a JSON body, or another status.
Response json_response(const boost::json::value& value, int status = 200);

// "2026-03-03T14:05:09.123Z"
std::string time_text(tracker::WallTime instant);

}  // namespace agent_sessions::admin
