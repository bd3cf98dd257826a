// The check beside nginx's other modules: whatever a location does with a request, an ended session's never
// reaches the application, and a live one's is tracked once (PRODUCT 4, 5; ARCHITECTURE 5).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

// Each location leads to the application in its own way.
struct Way {
    const char* name;
    const char* locations;
    HttpRequest request;
    std::size_t arrivals;  // at the application, of one request
};

void PrintTo(const Way& way, std::ostream* stream) {
    *stream << way.name;
}

class Ways : public GatewayTest, public ::testing::WithParamInterface<Way> {};

std::vector<Way> ways() {
    HttpRequest chunked = form_post("/chunked", "text=" + std::string(100000, 'x'));
    chunked.with("Transfer-Encoding", "chunked");
    return {
        {"ServerSideIncludes",
         "location = /page.shtml { root PREFIX; ssi on; ssi_types text/html; }\n"
         "location = /part { proxy_pass http://application; }\n",
         navigation("/page.shtml"), 1},
        {"Mirror",
         "location /mirrored/ { mirror /mirror; proxy_pass http://application; }\n"
         "location = /mirror { internal; proxy_pass http://application; }\n",
         navigation("/mirrored/page"), 2},
        {"LimitExceptLetsThrough",
         "location /limited/ { limit_except GET { allow 127.0.0.1; deny all; } proxy_pass "
         "http://application; }\n",
         form_post("/limited/page", "a=b"), 1},
        {"IfBlock", "location /if/ { set $way a; if ($arg_way = b) { proxy_pass http://application; } }\n",
         navigation("/if/page?way=b"), 1},
        {"NamedLocation",
         "location /named/ { root PREFIX; try_files $uri @named; }\n"
         "location @named { proxy_pass http://application; }\n",
         navigation("/named/page"), 1},
        {"PostAction",
         "location /acted/ { proxy_pass http://application; post_action /after; }\n"
         "location = /after { internal; proxy_pass http://application; }\n",
         navigation("/acted/page"), 2},
        {"AddAfterBody",
         "location /added/ { proxy_pass http://application; addition_types *; add_after_body /part; }\n"
         "location = /part { proxy_pass http://application; }\n",
         navigation("/added/page"), 2},
        {"AuthRequest",
         "location /guarded/ { auth_request /allowed; proxy_pass http://application; }\n"
         "location = /allowed { internal; proxy_pass http://application; }\n",
         navigation("/guarded/page"), 2},
        {"SlicedRanges",
         "location /sliced/ { slice 1m; proxy_set_header Range $slice_range; proxy_pass "
         "http://application; }\n",
         navigation("/sliced/page"), 1},
        {"ErrorPageOfAMissingFile",
         "location /missing/ { root PREFIX; error_page 404 = @application; }\n"
         "location @application { proxy_pass http://application; }\n",
         navigation("/missing/page"), 1},
        {"BufferedUpload",
         "location = /chunked { proxy_pass http://application; client_max_body_size 1m; }\n", chunked, 1},
        {"StreamedUpload",
         "location = /chunked { proxy_pass http://application; client_max_body_size 1m; "
         "proxy_request_buffering off; }\n",
         chunked, 1},
        {"Rewritten", "location /old/ { rewrite ^/old/(.*) /new/$1 break; proxy_pass http://application; }\n",
         navigation("/old/page"), 1},
        {"RewriteOfAnotherLocation",
         "location /old/ { rewrite ^/old/(.*) /new/$1; }\n"
         "location /new/ { proxy_pass http://application; }\n",
         navigation("/old/page"), 1},
        {"Websocket",
         "location = /socket { proxy_pass http://application; proxy_set_header Upgrade $http_upgrade; "
         "proxy_set_header Connection upgrade; }\n",
         script_call("/socket").with("Upgrade", "websocket").with("Connection", "Upgrade"), 1},
    };
}

std::string placed(std::string text, const std::string& prefix) {
    constexpr std::string_view kPlace = "PREFIX";
    if (const auto at = text.find(kPlace); at != std::string::npos) {
        text.replace(at, kPlace.size(), prefix);
    }
    return text;
}

TEST_P(Ways, AreTrackedOnceAndClosedToAnEndedSession) {
    const Way& way = GetParam();
    write_file(server.prefix() / "page.shtml", "<!--#include virtual=\"/part\" -->");
    config.locations = placed(way.locations, server.prefix().string());
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    const std::size_t mark = application.mark();
    const HttpResponse begun = alice.send(way.request);
    EXPECT_EQ(begun.status, 200) << begun.error << begun.body;
    EXPECT_EQ(status_of(begun), "NEW");
    EXPECT_TRUE(begun.all("Set-Cookie").empty());
    // The application writes its log when a body has come in whole, which may be after its answer.
    const auto arrived = [&](std::size_t count) {
        return wait_until([&] { return application.requests_since(mark).size() == count; });
    };
    EXPECT_TRUE(arrived(way.arrivals)) << application.log_since(mark);
    const HttpResponse active = alice.send(way.request);
    EXPECT_TRUE(arrived(2 * way.arrivals)) << application.log_since(mark);
    EXPECT_EQ(status_of(active), "ACTIVE");
    EXPECT_EQ(ref_of(active), ref_of(begun));
    EXPECT_EQ(admin().current(), 1);

    ASSERT_EQ(admin().terminate({ref_of(begun)}), std::vector<std::string>{"terminated"});
    for (int time = 0; time < 2; ++time) {
        HttpRequest again = way.request;
        const HttpResponse refused = alice.send(again.without("Sec-Fetch-User"));
        EXPECT_EQ(refused.status, 403);
        EXPECT_EQ(refused.header("Agent-Session"), "ended");
        EXPECT_TRUE(refused.all("Set-Cookie").empty());
    }
    EXPECT_EQ(application.requests_since(mark).size(), 2 * way.arrivals) << application.log_since(mark);
    EXPECT_EQ(admin().current(), 0);
}

INSTANTIATE_TEST_SUITE_P(Neighbours, Ways, ::testing::ValuesIn(ways()),
                         [](const auto& info) { return std::string(info.param.name); });

class Neighbours : public GatewayTest {};

// SECURITY.md: the table has no limits per address; nginx's own keep strangers of one from beginning many
// sessions.
TEST_F(Neighbours, LimitReqKeepsAnAddressFromBeginningManySessionsAndHoldsNoAgentUp) {
    constexpr int kBurst = 5;
    config.http =
        "map $agent_session_status $stranger { default \"\"; - $binary_remote_addr; }\n"
        "limit_req_zone $stranger zone=strangers:1m rate=1r/m;\n"
        "limit_req_status 429;\n";
    config.location = "limit_req zone=strangers burst=" + std::to_string(2 * kBurst) + " nodelay;\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");

    int served = 0;
    for (int stranger = 0; stranger < 3 * kBurst; ++stranger) {
        Browser another = browser();
        const HttpResponse first = another.send(navigation("/app"));
        const HttpResponse second = another.send(navigation("/app"));
        const bool has_begun = status_of(second) == "NEW";
        EXPECT_EQ(second.status, has_begun ? 200 : 429);
        served += has_begun ? 1 : 0;
        EXPECT_EQ(first.header("Set-Cookie").has_value(), first.status == 200);
    }
    // Each session takes two requests, alice's too.
    EXPECT_EQ(served, kBurst - 1);
    EXPECT_EQ(admin().current(), kBurst);
    for (int time = 0; time < 3 * kBurst; ++time) {
        EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
