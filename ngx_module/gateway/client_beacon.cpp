#include "ngx_module/gateway/client_beacon.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <utility>

namespace agent_sessions::gateway {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 3;

std::string_view view_of(json::string_view text) noexcept {
    return {text.data(), text.size()};
}

// nullopt = of another kind.
std::optional<std::string_view> text_of(const json::value& value) noexcept {
    const json::string* text = value.if_string();
    return text != nullptr ? std::optional(view_of(*text)) : std::nullopt;
}

// false = it is no instance.
bool read_instance(const json::value& value, BeaconInstance& instance) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
        return false;
    }
    for (const auto& [key, member] : *object) {
        const auto word = text_of(member);
        const std::string_view name = view_of(key);
        if (!word || word->size() > kMaxBeaconWordBytes || (name != "name" && name != "instance")) {
            return false;
        }
        (name == "name" ? instance.name : instance.instance) = *word;
    }
    return !instance.name.empty();
}

bool read_instances(const json::value& value, std::vector<BeaconInstance>& instances) {
    const json::array* array = value.if_array();
    if (array == nullptr || array->size() > kMaxBeaconInstances) {
        return false;
    }
    for (const json::value& element : *array) {
        BeaconInstance instance;
        if (!read_instance(element, instance)) {
            return false;
        }
        instances.push_back(std::move(instance));
    }
    return true;
}

// Empty = the member was read.
std::string_view read_member(std::string_view name, const json::value& value, Beacon& beacon) {
    if (name == "open" || name == "close") {
        return read_instances(value, name == "open" ? beacon.open : beacon.close)
                   ? std::string_view{}
                   : "The members open and close are lists of up to 64 objects with a name and perhaps an "
                     "instance, each of up to 512 bytes.";
    }
    if (name == "active" || name == "left") {
        if (!value.is_bool()) {
            return "The members active and left are true or false.";
        }
        (name == "active" ? beacon.active : beacon.left) = value.get_bool();
        return {};
    }
    if (name == "page") {
        beacon.page = text_of(value).value_or("");
        return beacon.page.starts_with('/') ? std::string_view{} : "The member page begins with a slash.";
    }
    return "Only the members open, close, active, left and page are known here.";
}

}  // namespace

Beacon parse_beacon(std::string_view body) {
    Beacon beacon;
    if (body.empty()) {
        return beacon;
    }
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::error_code error;
    const json::value value = json::parse(json::string_view(body.data(), body.size()), error, {}, options);
    const json::object* object = error ? nullptr : value.if_object();
    if (object == nullptr) {
        beacon.fault = "The body must be a JSON object.";
        return beacon;
    }
    for (const auto& [key, member] : *object) {
        const std::string_view fault = read_member(view_of(key), member, beacon);
        if (!fault.empty()) {
            beacon.fault = fault;
            return beacon;
        }
    }
    return beacon;
}

}  // namespace agent_sessions::gateway
