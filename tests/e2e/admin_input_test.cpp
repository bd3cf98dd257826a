// Whatever is sent to the admin endpoint gets its documented error, and the worker lives (issue 2, point 6).
#include <algorithm>
#include <cctype>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class AdminInput : public GatewayTest {
  protected:
    void SetUp() override {
        start();
        ref_ = begin_session(alice_, "alice");
        workers_ = server.workers();
    }
    void TearDown() override {
        EXPECT_EQ(server.workers(), workers_) << "a worker died";
        EXPECT_EQ(admin().current(), 1) << "nothing was ended";
    }

    HttpResponse post(const std::string& body, const char* type = "application/json") {
        HttpRequest request;
        request.method = "POST";
        request.target = "/admin/api/1/sessions/terminate";
        request.body = body;
        if (type != nullptr) {
            request.with("Content-Type", type);
        }
        return admin().send(request);
    }

    // A body that is in order and ends no session.
    static std::string nobody() { return "{\"refs\":[\"" + std::string(32, '0') + "\"]}"; }

    Browser alice_ = browser();
    std::string ref_;
    std::vector<pid_t> workers_;
};

TEST_F(AdminInput, QueriesThatAreWrongAreToldWhy) {
    const std::pair<const char*, const char*> cases[] = {
        {"limit=0", "invalid_parameter"},
        {"limit=501", "invalid_parameter"},
        {"limit=-1", "invalid_parameter"},
        {"limit=", "invalid_parameter"},
        {"limit=1e3", "invalid_parameter"},
        {"limit=0x10", "invalid_parameter"},
        {"limit=99999999999999999999", "invalid_parameter"},
        {"limit=9223372036854775808", "invalid_parameter"},
        {"limit=10&limit=10", "repeated_parameter"},
        {"sort=agent&sort=agent", "repeated_parameter"},
        {"sort=", "invalid_parameter"},
        {"sort=--agent", "invalid_parameter"},
        {"sort=Agent", "invalid_parameter"},
        {"sort=ref'%20or%201=1", "invalid_parameter"},
        {"nothing=1", "unknown_parameter"},
        {"Limit=1", "unknown_parameter"},
        {"multiple=2", "invalid_parameter"},
        {"multiple=true", "invalid_parameter"},
        {"idle_gt=-1", "invalid_parameter"},
        {"idle_gt=abc", "invalid_parameter"},
        {"cursor=", "invalid_cursor"},
        {"cursor=x", "invalid_cursor"},
        {"cursor=%00%01", "invalid_cursor"},
        {"cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_cursor"},
        {"q=%", "invalid_query"},
        {"q=%zz", "invalid_query"},
    };
    for (const auto& [query, code] : cases) {
        SCOPED_TRACE(query);
        expect_problem(admin().get("sessions?" + std::string(query)), 400, code);
    }
}

TEST_F(AdminInput, ACursorOfAnotherQueryDoesNotFit) {
    begin_sessions(3, "more");
    const std::string next = text_of(admin().read("sessions?limit=2&sort=agent"), "next");
    expect_problem(admin().get("sessions?limit=2&sort=started&cursor=" + next), 400, "invalid_cursor");
    std::string changed = next;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_LT(admin().get("sessions?limit=2&sort=agent&cursor=" + changed).status, 500);
    for (const auto& row : admin().list("q=more")) {
        EXPECT_EQ(admin().remove(text_of(row, "ref")).status, 204);
    }
}

TEST_F(AdminInput, StrangeSearchesAreOnlySearches) {
    for (const std::string& query : {std::string("q=%00"), std::string("q=%FF%FE"), std::string("q=<script>"),
                                     "q=" + std::string(4000, 'a'), std::string("agent=%F0%9F%A6%8A"),
                                     std::string("q="), std::string("agent=")}) {
        const HttpResponse response = admin().get("sessions?" + query);
        EXPECT_TRUE(response.status == 200 || response.status == 400)
            << query.substr(0, 40) << response.status;
    }
}

TEST_F(AdminInput, PathsThatAreNotThereAreToldSo) {
    for (const char* path : {"nothing", "sessions/", "sessions/x", "sessions/..%2f..%2fetc", "sessions/x/y",
                             "../1/x", "sessions/ffffffffffffffffffffffffffffffff", "usage/x"}) {
        SCOPED_TRACE(path);
        expect_problem(admin().get(path), 404);
    }
    EXPECT_EQ(admin().get("sessions/" + std::string(3000, 'f')).status, 404);
    std::string upper = ref_;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char digit) { return std::toupper(digit); });
    if (upper != ref_) {
        EXPECT_EQ(admin().get("sessions/" + upper).status, 404) << "a ref has one spelling";
    }
    EXPECT_EQ(admin().send(navigation("/admin/nothing.js")).status, 404);
    EXPECT_EQ(admin().send(navigation("/admin/..%2f..%2fetc/passwd")).status, 400) << "nginx' own";
}

TEST_F(AdminInput, BodiesThatAreWrongAreToldWhy) {
    const std::pair<std::string, const char*> cases[] = {
        {"", "invalid_json"},
        {"{", "invalid_json"},
        {"{\"refs\":[]", "invalid_json"},
        {"{\"refs\":[]}}", "invalid_json"},
        {"\xff\xfe", "invalid_json"},
        {std::string(5000, '['), "invalid_json"},
        {std::string("{\"refs\":[\"\0\"]}", 14), "invalid_json"},
        {"{}", "missing_member"},
        {"{\"refs\":\"x\"}", "invalid_member"},
        {"{\"refs\":[1]}", "invalid_member"},
        {"{\"refs\":[null]}", "invalid_member"},
        {"{\"all\":1}", "invalid_member"},
        {"{\"all\":false}", "invalid_member"},
        {"{\"filter\":{}}", "missing_member"},
        {"{\"filter\":[],\"expected\":1}", "invalid_member"},
        {"{\"filter\":{\"agent\":1},\"expected\":1}", "invalid_member"},
        {"{\"filter\":{\"nothing\":\"x\"},\"expected\":1}", "unknown_member"},
        {"{\"filter\":{},\"expected\":-1}", "invalid_member"},
        {"{\"filter\":{},\"expected\":1.5}", "invalid_member"},
        {"{\"filter\":{},\"expected\":\"1\"}", "invalid_member"},
        {"{\"refs\":[],\"nothing\":1}", "unknown_member"},
        {"{\"refs\":[],\"message\":1}", "invalid_member"},
        {"{\"refs\":[],\"when\":\"later\"}", "invalid_member"},
        {"{\"refs\":[],\"in\":\"5 minutes\"}", "invalid_member"},
    };
    for (const auto& [body, code] : cases) {
        SCOPED_TRACE(body.substr(0, 60));
        expect_problem(post(body), 400, code);
    }
    for (const char* body : {"[]", "1", "null", "\"x\"", "{\"refs\":[],\"all\":true}"}) {
        SCOPED_TRACE(body);
        expect_problem(post(body), 400);
    }
    EXPECT_EQ(post(nobody()).status, 200);
}

TEST_F(AdminInput, MalformedRefsOfABodyHarmNobody) {
    const HttpResponse response = post("{\"refs\":[\"x\",\"" + std::string(10000, 'f') + "\"]}");
    EXPECT_TRUE(response.status == 200 || response.status == 400) << response.body;
    if (response.status == 200) {
        EXPECT_EQ(response.body.find("terminated"), std::string::npos);
    }
}

TEST_F(AdminInput, BodiesMustBeJsonByName) {
    const std::string body = "{\"refs\":[\"" + ref_ + "\"]}";
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                             "application/jsonx", "text/json; application/json"}) {
        SCOPED_TRACE(type);
        expect_problem(post(body, type), 415, "unsupported_media_type");
    }
    expect_problem(post(body, nullptr), 415, "unsupported_media_type");
    EXPECT_EQ(post(nobody(), "Application/JSON; charset=utf-8").status, 200);
}

TEST_F(AdminInput, LargeBodiesAreRefusedWithoutBeingRead) {
    const HttpResponse refused = post("{\"refs\":[\"" + std::string(2 << 20, 'x') + "\"]}");
    expect_problem(refused, 413, "body_too_large");
    const boost::json::object problem = parse_object(refused);
    EXPECT_EQ(text_of(problem, "type"), "urn:agent-sessions:problem:body_too_large");
    EXPECT_EQ(text_of(problem, "instance"), "api/1/sessions/terminate");
    EXPECT_EQ(text_of(problem, "request_id").size(), 32U);
    for (const char* header : {"Cache-Control", "X-Content-Type-Options", "Content-Security-Policy"}) {
        EXPECT_TRUE(refused.header(header).has_value()) << header;
    }
    std::string refs = "{\"refs\":[";
    for (int number = 0; number < 10001; ++number) {
        refs += (number == 0 ? "\"" : ",\"") + std::string(32, '0') + "\"";
    }
    expect_problem(post(refs + "]}"), 400, "invalid_member");
}

TEST_F(AdminInput, TenThousandRefsAreAnswered) {
    std::string refs = "{\"refs\":[";
    for (int number = 0; number < 10000; ++number) {
        std::string ref = std::to_string(number);
        refs += (number == 0 ? "\"" : ",\"") + std::string(32 - ref.size(), '0') + ref + "\"";
    }
    const HttpResponse response = post(refs + "]}");
    EXPECT_EQ(response.status, 200) << response.body.substr(0, 300);
    EXPECT_EQ(parse_object(response).at("results").as_array().size(), 10000U);
}

TEST_F(AdminInput, ChunkedBodiesAreRead) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/admin/api/1/sessions/terminate";
    request.body = nobody();
    request.with("Content-Type", "application/json").with("Transfer-Encoding", "chunked");
    EXPECT_EQ(admin().send(request).status, 200);
}

}  // namespace
}  // namespace agent_sessions::e2e
