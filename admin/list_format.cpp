#include "admin/list_format.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <locale>
#include <utility>

#include "admin/answer.h"
#include "admin/csv.h"
#include "admin/field_list.h"
#include "admin/instants.h"
#include "admin/json_text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
namespace urls = boost::urls;

constexpr std::string_view kSuffix = ".csv";
constexpr std::string_view kApi = "api/1/";

bool names_csv(std::string_view accept) {
    while (const auto range = next_of_list(accept, ',')) {
        std::string_view parameters = *range;
        const std::string_view type = next_of_list(parameters, ';').value_or("");
        if (boost::algorithm::iequals(type, "text/csv", std::locale::classic()) &&
            !is_not_acceptable(parameters)) {
            return true;
        }
    }
    return false;
}

std::string encoded(std::string_view text) {
    return urls::encode({text.data(), text.size()}, urls::unreserved_chars);
}

// The parameters but for the cursor; nothing where the query is none, which is refused elsewhere.
std::string query_without_cursor(std::string_view raw) {
    const std::string terminated(raw);
    const auto parsed = urls::parse_query(terminated);
    std::string query;
    if (!parsed) {
        return query;
    }
    const urls::encoding_opts options(true);
    for (const auto& parameter : *parsed) {
        const std::string name = parameter.key.decode(options);
        if (name != "cursor") {
            query += encoded(name) + "=" + encoded(parameter.value.decode(options)) + "&";
        }
    }
    return query;
}

std::string joined(std::span<const std::string> texts, std::string_view separator) {
    std::size_t bytes = 0;
    for (const std::string& text : texts) {
        bytes += text.size() + separator.size();
    }
    std::string all;
    all.reserve(bytes);
    for (const std::string& text : texts) {
        all += all.empty() ? "" : separator;
        all += text;
    }
    return all;
}

}  // namespace

std::string_view ListFormat::route_of(std::string_view path) {
    return path.ends_with(kSuffix) ? path.substr(0, path.size() - kSuffix.size()) : path;
}

ListFormat::ListFormat(const Request& request)
    : csv_(request.path.ends_with(kSuffix) || names_csv(request.accept.value_or(""))) {
    if (!csv_) {
        return;
    }
    name_ = route_of(request.path);
    if (name_.starts_with(kApi)) {
        name_.erase(0, kApi.size());
    }
    std::replace(name_.begin(), name_.end(), '/', '-');
    segment_ = request.path.substr(request.path.rfind('/') + 1);
    query_ = query_without_cursor(request.query);
}

std::string ListFormat::link_to(std::string_view cursor) const {
    return "<" + segment_ + "?" + query_ + "cursor=" + encoded(cursor) + ">; rel=\"next\"";
}

Response ListFormat::answer(json::object list, std::string_view rows,
                            std::span<const std::string_view> columns, tracker::WallTime now) const {
    if (!csv_) {
        return json_response(list);
    }
    return csv_response(list, csv_text(columns, list.at({rows.data(), rows.size()}).as_array()), now);
}

std::string ListFormat::written(const json::object& row, std::span<const std::string_view> columns) const {
    return csv_ ? csv_line(columns, row) : json_text(row);
}

Response ListFormat::answer(const json::object& list, std::string_view rows,
                            std::span<const std::string> written_rows,
                            std::span<const std::string_view> columns, tracker::WallTime now) const {
    if (csv_) {
        return csv_response(list, csv_header(columns) + joined(written_rows, ""), now);
    }
    Response response = api_response(200, "application/json");
    const std::string others = json_text(list);
    response.body = "{\"" + std::string(rows) + "\":[" + joined(written_rows, ",") + "]";
    response.body += list.empty() ? "" : ",";
    response.body.append(others, 1);
    return response;
}

Response ListFormat::csv_response(const json::object& list, std::string body, tracker::WallTime now) const {
    Response response = api_response(200, "text/csv; charset=utf-8; header=present");
    const std::string day = time_text(now).substr(0, 10);
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"agent-sessions-" + name_ + "-" + day + ".csv\"");
    const json::value* next = list.if_contains("next");
    if (next != nullptr && next->is_string()) {
        response.headers.emplace_back("Link", link_to(next->get_string()));
    }
    response.body = std::move(body);
    return response;
}

}  // namespace agent_sessions::admin
