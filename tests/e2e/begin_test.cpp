// What begins a session, and what does not (PRODUCT 4; issue 2, point 1).
#include <cmath>
#include <thread>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Begin : public GatewayTest {
  protected:
    std::size_t listed() { return admin().list().size(); }

    // Does this request, as a browser's first one, get a cookie?
    bool gets_cookie(const HttpRequest& request) {
        Browser fresh = browser();
        const HttpResponse response = fresh.send(request);
        EXPECT_NE(response.status, 0) << response.error;
        return set_cookie_named(response, kCookie).has_value();
    }
};

HttpRequest with(HttpRequest request, const std::string& name, const std::string& value) {
    return request.with(name, value);
}

HttpRequest bare(const std::string& method) {
    HttpRequest request;
    request.target = "/app";
    request.method = method;
    if (method == "POST") {
        request.body = "a=b";
    }
    return request;
}

TEST_F(Begin, TheCookieThatComesBackBeginsWithItsTimeOfIssue) {
    start();
    Browser alice = browser();
    const HttpResponse issued = alice.send(navigation("/app"));
    ASSERT_TRUE(set_cookie_named(issued, kCookie));
    EXPECT_EQ(listed(), 0U) << "a cookie that was not returned is no session";
    EXPECT_EQ(admin().current(), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    const HttpResponse returned = alice.send(navigation("/app"));
    EXPECT_EQ(status_of(returned), "NEW");
    EXPECT_FALSE(set_cookie_named(returned, kCookie)) << "it has its cookie";
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    // Both instants were taken by the same clock, and between them lies at least the wait.
    EXPECT_LT(text_of(rows[0], "started"), text_of(rows[0], "last_seen"));
    const boost::json::object session = admin().read("sessions/" + text_of(rows[0], "ref"));
    EXPECT_LT(text_of(session, "started").substr(0, 19), text_of(session, "last_seen").substr(0, 19));
}

TEST_F(Begin, AClientThatNeverReturnsItsCookieIsNoSession) {
    start();
    Browser stranger = browser();
    for (int time = 0; time < 20; ++time) {
        stranger.forget_cookies();
        EXPECT_TRUE(is_from_application(stranger.send(navigation("/app"))));
    }
    EXPECT_EQ(listed(), 0U);
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(Begin, AScriptCallThatBringsTheFreshCookieBackBeginsTheSession) {
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    alice.send(script_call("/api/data"));
    EXPECT_EQ(listed(), 1U);
}

TEST_F(Begin, ManyReturnsOfOneFreshCookieBeginOneSession) {
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    HttpRequest request = script_call("/api/data");
    request.with("Cookie", std::string(kCookie) + "=" + alice.cookie(kCookie).value());
    for (const HttpResponse& response : send_together(std::vector<HttpRequest>(20, request), origin())) {
        EXPECT_EQ(response.status, 200);
    }
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Begin, NavigationsGetACookie) {
    start();
    EXPECT_TRUE(gets_cookie(navigation("/app")));
    EXPECT_TRUE(gets_cookie(navigation_by_page("/app")));
    EXPECT_TRUE(gets_cookie(frame_navigation("/app")));
    EXPECT_TRUE(gets_cookie(form_post("/app", "a=b")));
    EXPECT_TRUE(gets_cookie(plain_navigation("/app")));
    HttpRequest head = plain_navigation("/app");
    head.method = "HEAD";
    EXPECT_TRUE(gets_cookie(head));
    HttpRequest plain_post = plain_navigation("/app");
    plain_post.method = "POST";
    plain_post.body = "a=b";
    EXPECT_TRUE(gets_cookie(plain_post));
    for (const char* method : {"GET", "HEAD", "POST"}) {
        EXPECT_TRUE(gets_cookie(bare(method))) << method << " without Accept";
        EXPECT_TRUE(gets_cookie(with(bare(method), "Accept", "*/*"))) << method << " of curl";
    }
}

TEST_F(Begin, WhatIsNoNavigationGetsNone) {
    start();
    EXPECT_FALSE(gets_cookie(script_call("/api")));
    EXPECT_FALSE(gets_cookie(image("/logo")));
    EXPECT_FALSE(gets_cookie(plain_script_call("/api")));
    EXPECT_FALSE(gets_cookie(prefetch("/app")));
    EXPECT_FALSE(gets_cookie(with(plain_navigation("/app"), "Purpose", "prefetch")));
    EXPECT_FALSE(gets_cookie(with(plain_navigation("/app"), "X-Moz", "prefetch")));
    EXPECT_FALSE(gets_cookie(with(plain_navigation("/app"), "X-Requested-With", "XMLHttpRequest")));
    EXPECT_FALSE(gets_cookie(with(plain_navigation("/app"), "Upgrade", "websocket")));
    EXPECT_FALSE(gets_cookie(cross_site_post("/saml", "SAMLResponse=x")));
    for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH"}) {
        EXPECT_FALSE(gets_cookie(bare(method))) << method;
    }
    EXPECT_EQ(listed(), 0U);
}

TEST_F(Begin, APlainCallWithOurCookieIsNoNavigation) {
    config.set("agent_sessions_timeout", "1s absolute=1h").set("agent_sessions_activity", "$arg_activity");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    AdminClient supervisor = admin();
    ASSERT_TRUE(wait_until([&] { return supervisor.current() == 0; }));
    // Accept: */* and a cookie of ours is a script's poll, which is no activity here: nothing may begin.
    HttpRequest poll = with(bare("GET"), "Accept", "*/*");
    poll.target = "/poll?activity=0";
    EXPECT_FALSE(set_cookie_named(alice.send(poll), kCookie));
    EXPECT_EQ(supervisor.current(), 0);
}

TEST_F(Begin, ACrossSitePostPassesAndBeginsNothingWithoutFetchMetadataToo) {
    start();
    Browser alice = browser();
    HttpRequest post = plain_navigation("/saml");
    post.method = "POST";
    post.body = "SAMLResponse=x";
    post.with("Origin", "https://login.example");
    const HttpResponse response = alice.send(post);
    EXPECT_TRUE(is_from_application(response));
    EXPECT_FALSE(set_cookie_named(response, kCookie));
}

TEST_F(Begin, WhatIsRefusedBeginsNothing) {
    config.locations =
        "        location /forbidden { deny all; }\n"
        "        location /locked/ { auth_basic closed; auth_basic_user_file users; proxy_pass "
        "http://application; }\n";
    write_file(server.prefix() / "conf/users", "alice:{PLAIN}x\n");
    start();
    for (const char* place :
         {"/refused/401", "/refused/403", "/refused/407", "/refused/429", "/forbidden", "/locked/page"}) {
        EXPECT_FALSE(gets_cookie(navigation(place))) << place;
    }
    EXPECT_TRUE(gets_cookie(navigation("/redirect")));
    EXPECT_TRUE(gets_cookie(navigation("/broken")));
    // A fresh cookie that comes back with a request that is refused begins nothing either.
    Browser alice = browser();
    alice.send(navigation("/app"));
    alice.send(navigation("/refused/401"));
    alice.send(navigation("/forbidden"));
    EXPECT_EQ(listed(), 0U);
    alice.send(navigation("/app"));
    EXPECT_EQ(listed(), 1U);
}

TEST_F(Begin, WhatIsRefusedBeginsNothingWhateverErrorPageMakesOfIt) {
    config.server = "        error_page 401 403 407 =200 /login;\n";
    config.locations =
        "        location = /login { return 200 'please log in'; }\n"
        "        location = /denied { internal; error_page 418 /none; return 401; }\n"
        "        location /guarded/ { auth_request /denied; proxy_pass http://application; }\n"
        "        location /forbidden { deny all; }\n"
        "        location /returned { return 403; }\n"
        "        location /refused/ { proxy_intercept_errors on; proxy_pass http://application; }\n"
        "        location /missing/ { error_page 404 = @fallback; root /nowhere; }\n"
        "        location @fallback { proxy_pass http://application; }\n"
        "        location /unmapped/ { error_page 404 = /app; try_files /nothing =404; }\n";
    start();
    const std::vector<std::string> refusals = {"/guarded/page", "/forbidden",   "/returned",
                                               "/refused/401",  "/refused/403", "/refused/407"};
    for (const std::string& place : refusals) {
        Browser stranger = browser();
        const HttpResponse response = stranger.send(navigation(place));
        EXPECT_EQ(response.body, "please log in") << place;
        EXPECT_TRUE(stranger.jar().empty()) << place;
    }
    Browser alice = browser();
    alice.send(navigation("/app"));
    for (const std::string& place : refusals) {
        alice.send(navigation(place));
        EXPECT_EQ(listed(), 0U) << place;
    }
    // What is missing was not refused.
    for (const char* place : {"/missing/page", "/unmapped/page"}) {
        EXPECT_TRUE(gets_cookie(navigation(place))) << place;
    }
    alice.send(navigation("/missing/page"));
    EXPECT_EQ(listed(), 1U);
}

TEST_F(Begin, PagesNamedAsBeginningNoneBeginNone) {
    config.http = "    map $uri $begins { default 1; /login 0; /logout 0; }\n";
    config.set("agent_sessions_begin", "$begins");
    start();
    EXPECT_FALSE(gets_cookie(navigation("/login")));
    EXPECT_TRUE(gets_cookie(navigation("/app")));
    Browser alice = browser();
    alice.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(alice.send(navigation("/logout"))));
    EXPECT_EQ(listed(), 0U);
    alice.send(navigation("/app"));
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(status_of(alice.send(navigation("/login"))), "ACTIVE") << "a live session stays what it is";
}

TEST_F(Begin, AnEmptyBeginValueIsNotZero) {
    config.set("agent_sessions_begin", "$arg_nothing");
    start();
    EXPECT_TRUE(gets_cookie(navigation("/app")));
}

TEST_F(Begin, RequestsThatPassUntrackedAreCountedPerAccount) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto before = admin().read("usage?account=default").at("untracked").to_number<int>();
    Connection connection(origin());
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(status_of(connection.send(script_call("/api"))), "UNTRACKED");
    }
    EXPECT_EQ(admin().read("usage?account=default").at("untracked").to_number<int>(), before + 3);
}

TEST_F(Begin, RequireRefusesWhatHasNoSession) {
    config.set("agent_sessions_require", "on");
    start();
    const std::size_t mark = application.mark();
    Connection connection(origin());
    expect_problem(connection.send(script_call("/api")), 403, "session_required");
    HttpRequest preflight = script_call("/preflight");
    preflight.method = "OPTIONS";
    preflight.with("Origin", "https://elsewhere.example").with("Access-Control-Request-Method", "POST");
    EXPECT_EQ(connection.send(preflight).status, 200);
    EXPECT_EQ(connection.send(cross_site_post("/saml", "x=y")).status, 200);
    EXPECT_EQ(application.requests_since(mark),
              (std::vector<std::string>{"OPTIONS /preflight", "POST /saml"}));
    Browser alice = browser();
    begin_session(alice, "alice");
    EXPECT_EQ(alice.send(script_call("/api")).status, 200);
}

TEST_F(Begin, AForgedOrForeignCookieIsNoSession) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    std::string forged = alice.cookie(kCookie).value();
    forged[10] = forged[10] == 'A' ? 'B' : 'A';
    for (const std::string& value : {forged, std::string("x"), std::string(52, 'A'), std::string(600, 'a'),
                                     std::string("0123456789abcdef0123456789abcdef"), ref}) {
        Browser thief = browser();
        thief.set_cookie(kCookie, value);
        const HttpResponse call = thief.send(script_call("/api"));
        EXPECT_EQ(status_of(call), "UNTRACKED") << value;
        const HttpResponse response = thief.send(navigation("/app"));
        EXPECT_TRUE(is_from_application(response)) << value;
        ASSERT_TRUE(set_cookie_named(response, kCookie)) << "gets one of ours instead of " << value;
        EXPECT_NE(set_cookie_named(response, kCookie)->value, value);
    }
    EXPECT_EQ(listed(), 1U);
}

}  // namespace
}  // namespace agent_sessions::e2e
