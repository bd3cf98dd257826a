#include "tests/e2e/support/admin_client.h"

#include <gtest/gtest.h>

namespace agent_sessions::e2e {
namespace {

constexpr const char* kApi = "/admin/api/1/";

std::string media_type(const HttpResponse& response) {
    const std::string value = response.header("Content-Type").value_or("");
    return value.substr(0, value.find(';'));
}

}  // namespace

boost::json::object parse_object(const HttpResponse& response) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(response.body, error);
    if (error || !value.is_object()) {
        ADD_FAILURE() << response.status << ' ' << response.error << ": not a JSON object: " << response.body;
        return {};
    }
    return value.as_object();
}

std::string text_of(const boost::json::object& object, const char* key) {
    const boost::json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

void expect_problem(const HttpResponse& response, long status, const std::string& code) {
    EXPECT_EQ(response.status, status) << response.error << response.body;
    EXPECT_EQ(media_type(response), "application/problem+json") << response.body;
    if (media_type(response) != "application/problem+json") {
        return;
    }
    const boost::json::object problem = parse_object(response);
    if (const auto* value = problem.if_contains("status"); value != nullptr) {
        EXPECT_EQ(value->to_number<long>(), status);
    } else {
        ADD_FAILURE() << "no status in " << response.body;
    }
    EXPECT_NE(text_of(problem, "title"), "") << response.body;
    EXPECT_NE(text_of(problem, "code"), "") << response.body;
    if (!code.empty()) {
        EXPECT_EQ(text_of(problem, "code"), code) << response.body;
    }
}

AdminClient::AdminClient(Origin origin, Caller caller) : connection_(origin), caller_(std::move(caller)) {}

HttpResponse AdminClient::send(HttpRequest request) {
    request.with("X-Test-Accounts", caller_.accounts)
        .with("X-Test-Role", caller_.role)
        .with("X-Test-User", caller_.user);
    return connection_.send(request);
}

HttpResponse AdminClient::get(const std::string& path) {
    HttpRequest request;
    request.target = kApi + path;
    HttpResponse response = send(request);
    EXPECT_EQ(media_type(response), response.status < 400 ? "application/json" : "application/problem+json")
        << path << ": " << response.status << ' ' << response.error << response.body;
    return response;
}

HttpResponse AdminClient::post(const std::string& path, const std::string& json) {
    HttpRequest request;
    request.method = "POST";
    request.target = kApi + path;
    request.body = json;
    request.with("Content-Type", "application/json");
    return send(request);
}

HttpResponse AdminClient::remove(const std::string& ref) {
    HttpRequest request;
    request.method = "DELETE";
    request.target = std::string(kApi) + "sessions/" + ref;
    return send(request);
}

boost::json::object AdminClient::read(const std::string& path) {
    const HttpResponse response = get(path);
    EXPECT_EQ(response.status, 200) << path << ": " << response.body;
    return parse_object(response);
}

std::vector<boost::json::object> AdminClient::list(const std::string& query) {
    const boost::json::object answer = read("sessions?limit=500" + (query.empty() ? "" : "&" + query));
    std::vector<boost::json::object> rows;
    const boost::json::value* sessions = answer.if_contains("sessions");
    if (sessions == nullptr || !sessions->is_array()) {
        ADD_FAILURE() << "no list: " << boost::json::serialize(answer);
        return rows;
    }
    for (const boost::json::value& row : sessions->as_array()) {
        rows.push_back(row.as_object());
    }
    return rows;
}

std::optional<boost::json::object> AdminClient::row(const std::string& ref) {
    for (const boost::json::object& row : list()) {
        if (text_of(row, "ref") == ref) {
            return row;
        }
    }
    return std::nullopt;
}

std::int64_t AdminClient::current(const std::string& query) {
    const boost::json::object usage = read("usage" + (query.empty() ? "" : "?" + query));
    const boost::json::value* value = usage.if_contains("current");
    if (value == nullptr) {
        ADD_FAILURE() << "no current: " << boost::json::serialize(usage);
        return -1;
    }
    return value->to_number<std::int64_t>();
}

std::vector<std::string> AdminClient::terminate(const std::vector<std::string>& refs,
                                                const std::string& message) {
    boost::json::object body;
    boost::json::array list;
    for (const std::string& ref : refs) {
        list.emplace_back(ref);
    }
    body["refs"] = list;
    if (!message.empty()) {
        body["message"] = message;
    }
    const HttpResponse response = post("sessions/terminate", boost::json::serialize(body));
    EXPECT_EQ(response.status, 200) << response.error << response.body;
    std::vector<std::string> results;
    const boost::json::object answer = parse_object(response);
    if (const auto* value = answer.if_contains("results"); value != nullptr && value->is_array()) {
        for (const boost::json::value& result : value->as_array()) {
            results.push_back(text_of(result.as_object(), "result"));
        }
    }
    return results;
}

std::vector<std::string> AdminClient::all_refs(const std::string& query, std::size_t limit) {
    std::vector<std::string> refs;
    std::string cursor;
    for (int page = 0; page < 10000; ++page) {
        const boost::json::object answer =
            read("sessions?limit=" + std::to_string(limit) + (query.empty() ? "" : "&" + query) +
                 (cursor.empty() ? "" : "&cursor=" + cursor));
        const boost::json::value* sessions = answer.if_contains("sessions");
        if (sessions == nullptr) {
            return refs;
        }
        for (const boost::json::value& row : sessions->as_array()) {
            refs.push_back(text_of(row.as_object(), "ref"));
        }
        cursor = text_of(answer, "next");
        if (cursor.empty()) {
            return refs;
        }
    }
    ADD_FAILURE() << "the pages do not end";
    return refs;
}

}  // namespace agent_sessions::e2e
