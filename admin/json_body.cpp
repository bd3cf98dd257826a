#include "admin/json_body.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxShownName = 64;

}  // namespace

json::object parse_json_object(std::string_view body) {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::error_code error;
    // A list of ten thousand refs is as many strings: taken and given back one by one they hold the event
    // loop.
    json::value value = json::parse(json::string_view(body.data(), body.size()), error,
                                    json::make_shared_resource<json::monotonic_resource>(), options);
    if (error) {
        throw refusal_of(ErrorCode::invalid_json, "The body is not JSON: " + error.message() + ".");
    }
    if (!value.is_object()) {
        throw refusal_of(ErrorCode::invalid_json, "The body must be a JSON object.");
    }
    return std::move(value.as_object());
}

Refusal unknown_member(std::string_view parent, std::string_view name) {
    const std::string field = std::string(parent) + "/" + valid_text(name.substr(0, kMaxShownName));
    return refusal_of(ErrorCode::unknown_member, "Member \"" + field + "\" is unknown here.",
                      {{Source::body, field, "is unknown here"}});
}

Refusal missing_member(std::string_view field, std::string detail) {
    return refusal_of(ErrorCode::missing_member, std::move(detail),
                      {{Source::body, std::string(field), "is missing"}});
}

}  // namespace agent_sessions::admin
