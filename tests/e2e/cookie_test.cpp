// The session cookie: how it is read (RELIABILITY S6 to S8) and how it is set (PRODUCT 6).
#include <set>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Cookie : public GatewayTest {
  protected:
    // A live session's cookie value.
    std::string live_value(const std::string& agent) {
        Browser agent_browser = browser();
        refs_.push_back(begin_session(agent_browser, agent));
        return agent_browser.cookie(kCookie).value();
    }

    HttpResponse call(const std::vector<std::string>& lines) {
        HttpRequest request = script_call("/api");
        for (const std::string& line : lines) {
            request.with("Cookie", line);
        }
        return Connection(origin()).send(request);
    }

    std::string is(const std::string& value) { return std::string(kCookie) + "=" + value; }

    std::vector<std::string> refs_;
};

TEST_F(Cookie, IsFoundInEveryLineAndPlace) {
    start();
    const std::string value = live_value("alice");
    const std::vector<std::vector<std::string>> cases = {
        {is(value)},
        {"a=1; " + is(value) + "; b=2"},
        {"a=1;" + is(value) + ";b=2"},
        {"a=1", is(value), "b=2"},
        {"  " + is(value) + "  "},
        {"a; ;=; " + is(value)},
        {is(value) + "; " + is(value)},
        {is(value), is(value)},
        {"a=x, y; " + is(value)},
        {"AGENT_SESSION=other; " + is(value)},
        {"agent_session2=other; xagent_session=other; " + is(value)},
        {"a=\"x\"; " + is(value)},
    };
    for (const auto& lines : cases) {
        const HttpResponse response = call(lines);
        EXPECT_EQ(status_of(response), "ACTIVE") << lines.front();
        EXPECT_EQ(ref_of(response), refs_.front()) << lines.front();
    }
}

TEST_F(Cookie, IsNotFoundWhereItOnlyLooksLikeIt) {
    start();
    const std::string value = live_value("alice");
    const std::vector<std::vector<std::string>> cases = {
        {"Agent_Session=" + value},
        {"AGENT_SESSION=" + value},
        {"x=1, " + is(value)},
        {is("\"" + value + "\"")},
        {is(value + ", x=1")},
        {is(value) + " x"},
        {is(value + "=")},
        {is(" ")},
        {is("")},
        {value},
        {"=" + value},
        {"__Host-" + is(value)},
        {is(value + std::string(500, 'A'))},
        {is(value.substr(1))},
        {is(value + "A")},
        {is("%41" + value.substr(1))},
    };
    for (const auto& lines : cases) {
        const HttpResponse response = call(lines);
        EXPECT_EQ(response.status, 200) << lines.front();
        EXPECT_EQ(status_of(response), "UNTRACKED") << lines.front();
    }
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Cookie, TwoDifferentValuesAreRefused) {
    start();
    const std::string alice = live_value("alice");
    const std::string bob = live_value("bob");
    const std::size_t mark = application.mark();
    const std::vector<std::vector<std::string>> cases = {
        {is(alice) + "; " + is(bob)}, {is(bob) + "; " + is(alice)}, {is(alice), is(bob)},
        {is(alice) + "; " + is("x")}, {is("x"), is(alice)},         {is(alice), "a=1", is(bob)},
    };
    for (const auto& lines : cases) {
        expect_problem(call(lines), 400, "cookie_conflict");
    }
    HttpRequest page = navigation("/app");
    page.with("Cookie", is(alice) + "; " + is(bob));
    EXPECT_EQ(Connection(origin()).send(page).status, 400);
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
    EXPECT_EQ(status_of(call({is(alice)})), "ACTIVE") << "the worker lives";
}

TEST_F(Cookie, AnEndedValueBesideALiveOneNeverPasses) {
    start();
    const std::string alice = live_value("alice");
    const std::string bob = live_value("bob");
    admin().terminate({refs_[0]});
    const std::size_t mark = application.mark();
    for (const auto& lines : {std::vector<std::string>{is(bob), is(alice)}, {is(alice), is(bob)}}) {
        EXPECT_GE(call(lines).status, 400);
    }
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Cookie, CrumbsOfHttp2AreOneCookie) {
    use_tls();
    start();
    Browser alice(https_origin());
    const std::string ref = begin_session(alice, "alice");
    HttpRequest request = script_call("/api");
    request.with("Cookie", "a=1");
    request.with("Cookie", alice.jar().begin()->first + "=" + alice.jar().begin()->second);
    request.with("Cookie", "b=2");
    EXPECT_EQ(ref_of(Connection(https_origin()).send(request)), ref);
}

TEST_F(Cookie, ManyAndLongLinesDoNoHarm) {
    start();
    const std::string value = live_value("alice");
    std::vector<std::string> lines(500, "a=1");
    lines.push_back(is(value));
    EXPECT_EQ(status_of(call(lines)), "ACTIVE");
    EXPECT_EQ(status_of(call({"a=" + std::string(4000, 'x') + "; " + is(value)})), "ACTIVE");
    EXPECT_EQ(call({"a=" + std::string(64000, 'x')}).status, 400) << "nginx' own limit";
    EXPECT_EQ(status_of(call({is(value)})), "ACTIVE");
}

TEST_F(Cookie, OnPlainHttpHasTheseAttributes) {
    start();
    Browser alice = browser();
    const auto cookie = set_cookie_named(alice.send(navigation("/app")), kCookie);
    ASSERT_TRUE(cookie);
    EXPECT_EQ(cookie->value.size(), 52U);
    EXPECT_EQ(
        cookie->value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos);
    EXPECT_EQ(cookie->attributes,
              (std::map<std::string, std::string>{
                  {"path", "/"}, {"httponly", ""}, {"samesite", "Lax"}, {"max-age", "43200"}}));
}

TEST_F(Cookie, OnTlsIsSecureAndBoundToTheHost) {
    use_tls();
    start();
    Browser alice(https_origin());
    const auto cookie = set_cookie_named(alice.send(navigation("/app")), "__Host-" + std::string(kCookie));
    ASSERT_TRUE(cookie);
    EXPECT_EQ(
        cookie->attributes,
        (std::map<std::string, std::string>{
            {"path", "/"}, {"httponly", ""}, {"samesite", "Lax"}, {"max-age", "43200"}, {"secure", ""}}));
    EXPECT_EQ(alice.jar().size(), 1U);
}

TEST_F(Cookie, FollowsItsDirective) {
    use_tls();
    config.set("agent_sessions_cookie", "sid samesite=none partitioned max_age=off");
    start();
    Browser framed(https_origin());
    const auto in_frame = set_cookie_named(framed.send(navigation("/app")), "__Host-sid");
    ASSERT_TRUE(in_frame);
    EXPECT_EQ(
        in_frame->attributes,
        (std::map<std::string, std::string>{
            {"path", "/"}, {"httponly", ""}, {"samesite", "None"}, {"secure", ""}, {"partitioned", ""}}));

    config.set("agent_sessions_cookie", "sid samesite=strict domain=example.com secure=on");
    config.set("agent_sessions_timeout", "10m absolute=1h");
    reload();
    Browser balanced = browser();
    const auto cookie = set_cookie_named(balanced.send(navigation("/app")), "sid");
    ASSERT_TRUE(cookie) << "a cookie with a domain can't be bound to the host";
    EXPECT_EQ(cookie->attributes, (std::map<std::string, std::string>{{"path", "/"},
                                                                      {"httponly", ""},
                                                                      {"samesite", "Strict"},
                                                                      {"secure", ""},
                                                                      {"domain", "example.com"},
                                                                      {"max-age", "3600"}}));

    config.set("agent_sessions_cookie", "sid secure=on");
    reload();
    Browser behind = browser();
    EXPECT_TRUE(set_cookie_named(behind.send(navigation("/app")), "__Host-sid"))
        << "told so behind a balancer";
    config.set("agent_sessions_cookie", "sid secure=off");
    reload();
    Browser open(https_origin());
    EXPECT_TRUE(set_cookie_named(open.send(navigation("/app")), "sid"));
}

TEST_F(Cookie, ASiblingsCookieOfAnotherCaseDoesNotMatchTheHostPrefix) {
    use_tls();
    start();
    Browser alice(https_origin());
    begin_session(alice, "alice");
    HttpRequest request = script_call("/api");
    request.with("Cookie", "__HOST-" + std::string(kCookie) + "=" + alice.jar().begin()->second);
    EXPECT_EQ(status_of(Connection(https_origin()).send(request)), "UNTRACKED");
}

TEST_F(Cookie, TheApplicationsOwnCookiesAreLeftAlone) {
    start();
    Browser alice = browser();
    const HttpResponse response = alice.send(navigation("/login-cookie"));
    EXPECT_EQ(response.all("Set-Cookie").size(), 2U);
    EXPECT_EQ(alice.cookie("application"), "7f");
    const std::size_t mark = application.mark();
    alice.send(navigation("/app"));
    EXPECT_NE(application.log_since(mark).find("application=7f"), std::string::npos);
}

TEST_F(Cookie, NoTwoAreEqual) {
    start();
    std::set<std::string> values;
    Browser stranger = browser();
    for (int time = 0; time < 300; ++time) {
        if (time == 150) {
            ASSERT_TRUE(server.reload());
        }
        stranger.forget_cookies();
        Browser fresh = browser();
        fresh.send(navigation("/app"));
        values.insert(fresh.cookie(kCookie).value_or(""));
    }
    EXPECT_EQ(values.size(), 300U);
}

// What a browser sends for a link on another site: its strict cookies stay at home.
TEST_F(Cookie, AStrictOneIsNotPushedOutByALinkFromAnotherSite) {
    config.set("agent_sessions_cookie", std::string(kCookie) + " samesite=strict");
    start();
    HttpRequest link = navigation("/app");
    link.without("Sec-Fetch-Site").with("Sec-Fetch-Site", "cross-site");
    Browser elsewhere = browser();
    EXPECT_TRUE(is_from_application(elsewhere.send(link)));
    EXPECT_TRUE(elsewhere.jar().empty());
    EXPECT_TRUE(is_from_application(elsewhere.send(navigation("/app"))));
    EXPECT_FALSE(elsewhere.jar().empty());
}

}  // namespace
}  // namespace agent_sessions::e2e
