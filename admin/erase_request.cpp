#include "admin/erase_request.h"

#include <boost/json/value.hpp>

#include "admin/json_body.h"
#include "tracker/types.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

std::string parse_name(std::string_view field, const json::value& value, std::size_t max_bytes) {
    if (!value.is_string()) {
        throw invalid_field(Source::body, field, "must be text");
    }
    const std::string_view name = view_of(value.as_string());
    if (name.empty() || name.size() > max_bytes) {
        throw invalid_field(Source::body, field,
                            "must have from 1 to " + std::to_string(max_bytes) + " bytes");
    }
    return std::string(name);
}

}  // namespace

EraseRequest parse_erase_request(std::string_view body) {
    EraseRequest request;
    for (const auto& [key, value] : parse_json_object(body)) {
        const std::string_view name = view_of(key);
        if (name == "agent") {
            request.agent = parse_name("/agent", value, tracker::kMaxAgentBytes);
        } else if (name == "account") {
            request.account = parse_name("/account", value, tracker::kMaxAccountBytes);
        } else {
            throw unknown_member("", name);
        }
    }
    if (request.agent.empty()) {
        throw missing_member("/agent", "\"agent\" is needed: the exact name of an agent.");
    }
    return request;
}

}  // namespace agent_sessions::admin
