#include "admin/handle.h"

#include "admin/problem.h"
#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

class HandleTest : public Endpoint {};

TEST_F(HandleTest, EveryRouteNamesItsMethods) {
    const std::string ref(32, '0');
    const std::pair<std::string, std::string> routes[] = {
        {"", "GET, HEAD"},
        {"index.html", "GET, HEAD"},
        {"health", "GET, HEAD"},
        {"api/1/", "GET, HEAD"},
        {"api/1/accounts", "GET, HEAD"},
        {"api/1/usage", "GET, HEAD"},
        {"api/1/sessions", "GET, HEAD"},
        {"api/1/sessions/" + ref, "GET, HEAD, DELETE"},
        {"api/1/sessions/terminate", "POST"},
        {"api/1/erase", "POST"},
        {"api/1/openapi.json", "GET, HEAD"},
        {"api/1/usage/minutes", "GET, HEAD"},
        {"api/1/usage/peak", "GET, HEAD"},
        {"api/1/history", "GET, HEAD"},
        {"api/1/ended.csv", "GET, HEAD"},
        {"api/1/audit", "GET, HEAD"},
    };
    for (const auto& [path, allow] : routes) {
        for (const char* method :
             {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", ""}) {
            const Response response = ask(asked(method, path));
            if (*method != '\0' &&
                (", " + allow + ",").find(std::string(", ") + method + ",") != std::string::npos) {
                EXPECT_NE(response.status, 405) << method << ' ' << path;
                continue;
            }
            EXPECT_EQ(response.status, 405) << method << ' ' << path;
            EXPECT_EQ(code_of(response), "method_not_allowed");
            EXPECT_EQ(header(response, "Allow"), allow) << method << ' ' << path;
        }
    }
}

TEST_F(HandleTest, NoReadTakesAParameterThatItDoesNotKnow) {
    caller_.role = "admin";
    const std::string ref = tracker::to_ref(begin());
    for (const std::string& path :
         {std::string("health"), std::string("health/segment"), std::string("api/1/"),
          std::string("api/1/openapi.json"), std::string("api/1/accounts"), std::string("api/1/usage"),
          std::string("api/1/usage/minutes"), std::string("api/1/usage/peak"), std::string("api/1/sessions"),
          "api/1/sessions/" + ref, std::string("api/1/history"), std::string("api/1/ended"),
          std::string("api/1/audit")}) {
        const Response response = get(path + "?foo=1");
        EXPECT_EQ(response.status, 400) << path;
        EXPECT_EQ(code_of(response), "unknown_parameter") << path;
    }
}

TEST_F(HandleTest, ElsewhereIsNothing) {
    for (const char* path : {"x", "api", "api/", "api/1", "api/2/", "api/1/session", "api/1/sessions?",
                             "api/1/Sessions", "api/1//sessions", "Health", "health/", "/health", "app-.js",
                             "../secret", "index.html.gz", "api/1/%73essions", "index.html/"}) {
        Asked request = asked("GET", "");
        request.path = path;
        const Response response = ask(request);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_EQ(code_of(response), "not_found") << path;
    }
}

TEST_F(HandleTest, HeadIsLikeGet) {
    begin();
    for (const char* path : {"", "health", "api/1/", "api/1/sessions", "api/1/usage", "api/1/nothing"}) {
        const Response head = ask(asked("HEAD", path));
        const Response get_too = get(path);
        EXPECT_EQ(head.status, get_too.status) << path;
        EXPECT_EQ(head.headers, get_too.headers) << path;
        EXPECT_EQ(head.body, get_too.body) << path;
    }
}

TEST_F(HandleTest, ApiAnswersAreNeverStoredAndNeverShared) {
    begin();
    for (const char* path :
         {"health", "api/1/", "api/1/accounts", "api/1/sessions", "api/1/usage", "api/1/nothing", "x"}) {
        Asked request = asked("GET", path);
        request.origin = "https://evil.example";
        const Response response = ask(request);
        EXPECT_EQ(header(response, "Cache-Control"), "no-store") << path;
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << path;
        for (const auto& [name, value] : response.headers) {
            EXPECT_FALSE(name.starts_with("Access-Control-")) << path;
            EXPECT_EQ(value.find_first_of("\r\n"), std::string::npos) << path;
        }
    }
}

TEST_F(HandleTest, TheDescriptionIsAFileThatIsAskedForAgain) {
    const Response response = get("api/1/openapi.json");
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
    Asked again = asked("GET", "api/1/openapi.json");
    again.if_none_match = header(response, "ETag");
    EXPECT_EQ(ask(again).status, 304);
}

TEST_F(HandleTest, GetChangesNothing) {
    const tracker::SessionKey key = begin();
    const std::uint64_t changes = tracker_.figures().changes;
    for (const std::string& path :
         {std::string(), std::string("health"), std::string("api/1/"), std::string("api/1/accounts"),
          std::string("api/1/sessions?q=a"), std::string("api/1/usage"),
          "api/1/sessions/" + tracker::to_ref(key), std::string("api/1/sessions/terminate")}) {
        get(path);
    }
    EXPECT_EQ(tracker_.figures().changes, changes);
    EXPECT_TRUE(is_live(key));
}

TEST_F(HandleTest, ViewsOfNothingAreEmptyText) {
    Request request;
    request.method = "GET";
    request.caller = caller_;
    request.now = clock_.now();
    EXPECT_EQ(handle(request, tracker_, nullptr).response->status, 200);
    request.method = "POST";
    request.path = "api/1/sessions/terminate";
    request.content_type = std::string_view();
    request.host = std::string_view();
    EXPECT_EQ(handle(request, tracker_, nullptr).response->status, 400);
    request.origin = std::string_view();
    EXPECT_EQ(handle(request, tracker_, nullptr).response->status, 403);
}

TEST_F(HandleTest, AProblemRepeatsThePathAsTextOnly) {
    Asked request = asked("GET", "");
    request.path = "x\"</script>\r\n\xFF";
    const Response response = ask(request);
    EXPECT_EQ(code_of(response), "not_found");
    EXPECT_EQ(response.body.find_first_of("<>\r\n"), std::string::npos);
    EXPECT_EQ(json_of(response).at("instance").as_string(), "x\"</script>\r\n\xEF\xBF\xBD");
    EXPECT_EQ(response.log, "");
}

TEST_F(HandleTest, WithoutATableThereIsThePageOnly) {
    tracker_ = tracker::Tracker();
    for (const char* path : {"health", "api/1/sessions", "api/1/"}) {
        const Response response = get(path);
        EXPECT_EQ(response.status, 503) << path;
        EXPECT_EQ(code_of(response), "unavailable") << path;
    }
    EXPECT_EQ(get("").status, 200);
}

TEST_F(HandleTest, TheCallerCanRefuseInTheSameWords) {
    Request request;
    request.path = "api/1/sessions/terminate";
    request.request_id = "0123abcd";
    EXPECT_EQ(code_of(problem_response(ErrorCode::body_too_large, request)), "body_too_large");
    EXPECT_EQ(problem_response(ErrorCode::body_too_large, request).status, 413);
}

TEST_F(HandleTest, WhatFailsIsToldInTheWordsOfItsCode) {
    Request request;
    Response usual = problem_response(
        refusal_of(ErrorCode::internal_error, "The server's error log says what."), ProblemContext(request));
    boost::json::object expected = json_of(usual);
    expected.erase("instance");
    usual.body = kInternalErrorBody;
    EXPECT_EQ(json_of(usual), expected);
}

}  // namespace
}  // namespace agent_sessions::admin
