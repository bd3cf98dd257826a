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
    response.headers.insert(response.headers.end(), kApiHeaders.begin(), kApiHeaders.end());
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
