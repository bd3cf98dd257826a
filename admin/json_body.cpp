#include "admin/json_body.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxShownName = 64;

json::parse_options options() {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    return options;
}

void refuse(const json::error_code& error) {
    if (error) {
        throw refusal_of(ErrorCode::invalid_json, "The body is not JSON: " + error.message() + ".");
    }
}

json::object object_of(json::value value, const MemberCount& members) {
    if (!value.is_object()) {
        throw refusal_of(ErrorCode::invalid_json, "The body must be a JSON object.");
    }
    if (members_of(value) != members.total()) {
        throw refusal_of(ErrorCode::invalid_json, "A member of an object in the body is repeated.");
    }
    return std::move(value.as_object());
}

}  // namespace

JsonBody::JsonBody(std::string_view body) : rest_(body), parser_({}, options()) {
    // A list of ten thousand refs is as many strings: taken and given back one by one they hold the event
    // loop.
    parser_.reset(json::make_shared_resource<json::monotonic_resource>());
}

bool JsonBody::read(const Slice& slice) {
    json::error_code error;
    while (!rest_.empty()) {
        const std::string_view piece = rest_.substr(0, kBytesPerLook);
        parser_.write(piece.data(), piece.size(), error);
        refuse(error);
        members_.read(piece);
        rest_.remove_prefix(piece.size());
        if (slice.over()) {
            return false;
        }
    }
    parser_.finish(error);
    refuse(error);
    return true;
}

json::object JsonBody::take() {
    return object_of(parser_.release(), members_);
}

json::object parse_json_object(std::string_view body) {
    if (body.size() > kMaxSmallBodyBytes) {
        throw refusal_of(ErrorCode::body_too_large,
                         "A body may have " + std::to_string(kMaxSmallBodyBytes) + " bytes at most here.");
    }
    json::error_code error;
    json::value value = json::parse(json::string_view(body.data(), body.size()), error, {}, options());
    refuse(error);
    MemberCount members;
    members.read(body);
    return object_of(std::move(value), members);
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
