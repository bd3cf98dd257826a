// Bodies of requests: a JSON object, and what may be wrong with its members.
// Thread safety: values. Throws Refusal: invalid_json.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/string_view.hpp>
#include <string>
#include <string_view>

#include "admin/problem.h"

namespace agent_sessions::admin {

boost::json::object parse_json_object(std::string_view body);

inline std::string_view view_of(boost::json::string_view text) {
    return {text.data(), text.size()};
}

// `parent` is the JSON pointer of the object that has the member; "" = the body.
Refusal unknown_member(std::string_view parent, std::string_view name);
// `field` is a JSON pointer.
Refusal missing_member(std::string_view field, std::string detail);

}  // namespace agent_sessions::admin
