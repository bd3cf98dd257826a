#include "admin/answer.h"

#include <date/date.h>

#include <boost/json/value.hpp>

#include "admin/json_text.h"

namespace agent_sessions::admin {

Response api_response(int status, std::string_view content_type) {
    Response response;
    response.status = status;
    if (!content_type.empty()) {
        response.headers.emplace_back("Content-Type", content_type);
    }
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    return response;
}

Response json_response(const boost::json::value& value, int status) {
    Response response = api_response(status, "application/json");
    response.body = json_text(value);
    return response;
}

std::string time_text(tracker::WallTime instant) {
    return date::format("%FT%TZ", instant);
}

}  // namespace agent_sessions::admin
