#include "admin/csv.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kFormulaStarts = "=+-@\t\r";

void append_text(std::string& csv, std::string_view raw) {
    std::string text = valid_text(raw);
    if (!text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos) {
        text.insert(text.begin(), '\'');
    }
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        csv += text;
        return;
    }
    csv += '"';
    for (const char byte : text) {
        csv += byte == '"' ? "\"\"" : std::string(1, byte);
    }
    csv += '"';
}

std::string joined(const json::array& values) {
    std::string text;
    for (const json::value& value : values) {
        text += text.empty() ? "" : "; ";
        text += value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    }
    return text;
}

void append_cell(std::string& csv, const json::value* value) {
    if (value == nullptr || value->is_null()) {
        return;
    }
    if (value->is_string()) {
        append_text(csv, value->get_string());
    } else if (value->is_array()) {
        append_text(csv, joined(value->get_array()));
    } else {
        csv += json::serialize(*value);
    }
}

}  // namespace

std::string csv_header(std::span<const std::string_view> columns) {
    std::string csv;
    for (const std::string_view column : columns) {
        csv += csv.empty() ? "" : ",";
        csv += column;
    }
    csv += kLineEnd;
    return csv;
}

std::string csv_line(std::span<const std::string_view> columns, const json::object& row) {
    std::string csv;
    bool is_first = true;
    for (const std::string_view column : columns) {
        csv += is_first ? "" : ",";
        is_first = false;
        append_cell(csv, row.if_contains({column.data(), column.size()}));
    }
    csv += kLineEnd;
    return csv;
}

std::string csv_text(std::span<const std::string_view> columns, const json::array& rows) {
    std::string csv = csv_header(columns);
    for (const json::value& row : rows) {
        csv += csv_line(columns, row.as_object());
    }
    return csv;
}

}  // namespace agent_sessions::admin
