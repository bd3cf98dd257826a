// Bodies of requests: a JSON object, and what may be wrong with its members.
// Thread safety: values. Throws Refusal: invalid_json.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/string_view.hpp>
#include <string>
#include <string_view>

#include "admin/handle.h"
#include "admin/member_count.h"
#include "admin/problem.h"

namespace agent_sessions::admin {

// A body that is parsed in slices. `body` has to outlive it.
class JsonBody {
  public:
    explicit JsonBody(std::string_view body);

    // Goes on until the slice is over; true = all of it was read. Throws Refusal invalid_json.
    bool read(const Slice& slice);
    // REQUIRES: read() said true. Throws Refusal invalid_json where it is JSON, but no object, or one that
    // has a member twice.
    boost::json::object take();

  private:
    // Little enough to parse within a fraction of a slice.
    static constexpr std::size_t kBytesPerLook = 1024;

    std::string_view rest_;
    boost::json::stream_parser parser_;
    MemberCount members_;
};

// What is parsed at once, in bytes: a fraction of a slice.
inline constexpr std::size_t kMaxSmallBodyBytes = 64 << 10;

// A small body, at once. Throws Refusal body_too_large, too.
boost::json::object parse_json_object(std::string_view body);

inline std::string_view view_of(boost::json::string_view text) {
    return {text.data(), text.size()};
}

// `parent` is the JSON pointer of the object that has the member; "" = the body.
Refusal unknown_member(std::string_view parent, std::string_view name);
// `field` is a JSON pointer.
Refusal missing_member(std::string_view field, std::string detail);

}  // namespace agent_sessions::admin
