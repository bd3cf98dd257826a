#include "admin/member_count.h"

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

// What Boost.JSON asks of a handler; only the members' names matter.
struct Handler {
    using Error = json::error_code;
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_object_end(std::size_t members, Error&) {
        total += members;
        return true;
    }
    bool on_array_begin(Error&) { return true; }
    bool on_array_end(std::size_t, Error&) { return true; }
    bool on_key_part(json::string_view, std::size_t, Error&) { return true; }
    bool on_key(json::string_view, std::size_t, Error&) { return true; }
    bool on_string_part(json::string_view, std::size_t, Error&) { return true; }
    bool on_string(json::string_view, std::size_t, Error&) { return true; }
    bool on_number_part(json::string_view, Error&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Error&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Error&) { return true; }
    bool on_double(double, json::string_view, Error&) { return true; }
    bool on_bool(bool, Error&) { return true; }
    bool on_null(Error&) { return true; }
    bool on_comment_part(json::string_view, Error&) { return true; }
    bool on_comment(json::string_view, Error&) { return true; }

    std::uint64_t total = 0;
};

}  // namespace

class MemberCount::Parser : public json::basic_parser<Handler> {
  public:
    Parser() : json::basic_parser<Handler>(json::parse_options{}) {}
};

MemberCount::MemberCount() : parser_(std::make_unique<Parser>()) {}

MemberCount::~MemberCount() = default;

void MemberCount::read(std::string_view piece) {
    json::error_code ignored;
    parser_->write_some(true, piece.data(), piece.size(), ignored);
}

std::uint64_t MemberCount::total() const noexcept {
    return parser_->handler().total;
}

std::uint64_t members_of(const json::value& value) noexcept {
    std::uint64_t members = 0;
    if (const json::object* object = value.if_object()) {
        members = object->size();
        for (const auto& [name, member] : *object) {
            members += members_of(member);
        }
    } else if (const json::array* array = value.if_array()) {
        for (const json::value& element : *array) {
            members += members_of(element);
        }
    }
    return members;
}

}  // namespace agent_sessions::admin
