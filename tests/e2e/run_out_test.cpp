// Sessions whose time ran out, and what follows them (PRODUCT 4, 5).
#include <set>
#include <thread>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class RunOut : public GatewayTest {
  protected:
    RunOut() {
        config.set("agent_sessions_timeout", "1s absolute=1h")
            .set("agent_sessions_activity", "$arg_activity");
    }

    // A browser whose session ran out.
    Browser lunch_break(const std::string& agent = "alice") {
        Browser browser_back = browser();
        begin_session(browser_back, agent);
        AdminClient supervisor = admin();
        EXPECT_TRUE(wait_until([&] { return supervisor.current() == 0 && supervisor.list().empty(); }));
        return browser_back;
    }
};

TEST_F(RunOut, AnIdleSessionLeavesTheListByItself) {
    start();
    lunch_break();
}

// While some hundred sessions run out one after the other, every list is as long as its count.
TEST_F(RunOut, ListsAndCountsAgreeWhileSessionsRunOut) {
    config.set("agent_sessions_timeout", "1s absolute=1h");
    start();
    begin_sessions(100, "agent");
    AdminClient supervisor = admin();
    int compared = 0;
    EXPECT_TRUE(wait_until([&] {
        const std::int64_t before = supervisor.current();
        const boost::json::object list = supervisor.read("sessions?limit=500");
        const std::int64_t after = supervisor.current();
        if (before == after) {
            ++compared;
            EXPECT_EQ(list.at("sessions").as_array().size(), static_cast<std::size_t>(after));
            EXPECT_EQ(list.at("total").to_number<std::int64_t>(), after);
        }
        return after == 0;
    }));
    EXPECT_GT(compared, 3);
}

TEST_F(RunOut, TheNextNavigationBeginsTheNextSessionWithoutAMessage) {
    start();
    Browser alice = lunch_break();
    const std::string old_cookie = alice.cookie(kCookie).value();
    const HttpResponse back = alice.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(back));
    EXPECT_NE(alice.cookie(kCookie).value(), old_cookie);
    alice.send(navigation("/app"));
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
}

TEST_F(RunOut, TabsThatBringTheSameOldCookieGetTheSameNewSession) {
    use_tls();
    start();
    Browser alice = lunch_break();
    HttpRequest request = navigation("/app");
    request.with("Cookie", std::string(kCookie) + "=" + alice.cookie(kCookie).value());
    std::set<std::string> cookies;
    for (const HttpResponse& response : send_together(std::vector<HttpRequest>(12, request), origin())) {
        EXPECT_TRUE(is_from_application(response));
        const auto cookie = set_cookie_named(response, kCookie);
        ASSERT_TRUE(cookie);
        cookies.insert(cookie->value);
    }
    EXPECT_EQ(cookies.size(), 1U);
    EXPECT_LE(admin().list().size(), 1U);
    alice.set_cookie(kCookie, *cookies.begin());
    alice.send(navigation("/app"));
    EXPECT_EQ(admin().list().size(), 1U);
}

TEST_F(RunOut, TheNextSessionTakesTheNameOverAlsoWhenThereWasNoRoomAtFirst) {
    config.set("agent_sessions_timeout", "1h absolute=2h");
    config.locations =
        "        location /short/ { agent_sessions_timeout 1s absolute=1h; proxy_pass http://application; "
        "}\n";
    server.allow_in_log("its table is full");
    start();
    Browser alice = browser();
    HttpRequest login = navigation("/short/app");
    login.with("X-Test-Login", "alice");
    alice.send(login);
    EXPECT_EQ(status_of(alice.send(login)), "NEW");
    const std::string old_cookie = alice.cookie(kCookie).value();
    AdminClient supervisor = admin();
    ASSERT_TRUE(wait_until([&] { return supervisor.current() == 0; }));
    const std::vector<std::string> others = begin_sessions(1000, "other");

    const HttpResponse without_room = alice.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(without_room));
    EXPECT_EQ(status_of(without_room), "UNTRACKED");
    EXPECT_EQ(alice.cookie(kCookie).value(), old_cookie);
    ASSERT_EQ(supervisor.terminate({others[0]}), std::vector<std::string>{"terminated"});
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
    EXPECT_NE(alice.cookie(kCookie).value(), old_cookie);
    EXPECT_EQ(alice.send(navigation("/app")).header("X-Agent"), "alice");
}

TEST_F(RunOut, AScriptCallThatIsActivityBeginsTheNextSession) {
    start();
    Browser alice = lunch_break();
    const std::string old_cookie = alice.cookie(kCookie).value();
    const HttpResponse call = alice.send(script_call("/api/save"));
    EXPECT_TRUE(is_from_application(call));
    EXPECT_NE(alice.cookie(kCookie).value(), old_cookie);
    EXPECT_EQ(alice.send(script_call("/api/save")).header("X-Agent"), "alice");
    EXPECT_EQ(admin().list().size(), 1U);
}

TEST_F(RunOut, AScriptCallThatIsNoActivityIsTreatedLikeOneWithoutACookie) {
    start();
    Browser alice = lunch_break();
    const HttpResponse poll = alice.send(script_call("/poll?activity=0"));
    EXPECT_TRUE(is_from_application(poll));
    EXPECT_EQ(status_of(poll), "UNTRACKED");
    EXPECT_TRUE(poll.all("Set-Cookie").empty());
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(RunOut, AFreshCookieThatComesBackTooLateHasRunOut) {
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    const std::string old_cookie = alice.cookie(kCookie).value();
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
    EXPECT_NE(alice.cookie(kCookie).value(), old_cookie);
}

TEST_F(RunOut, PollsDoNotExtendASessionAndActivityDoes) {
    config.set("agent_sessions_timeout", "3s absolute=1h");
    start();
    Browser poller = browser();
    Browser worker = browser();
    const std::string polling = begin_session(poller, "poller");
    const std::string working = begin_session(worker, "worker");
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(4500);
    while (std::chrono::steady_clock::now() < until) {
        EXPECT_EQ(poller.send(script_call("/poll?activity=0")).status, 200);
        EXPECT_EQ(status_of(worker.send(script_call("/work"))), "ACTIVE");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_FALSE(admin().row(polling));
    EXPECT_TRUE(admin().row(working));
}

TEST_F(RunOut, NoActivityOutlastsTheAbsoluteTimeout) {
    config.set("agent_sessions_timeout", "2s absolute=2s");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::string cookie = alice.cookie(kCookie).value();
    EXPECT_TRUE(wait_until(
        [&] {
            alice.send(navigation("/app"));
            return alice.cookie(kCookie).value() != cookie;
        },
        std::chrono::seconds(5)));
    EXPECT_FALSE(admin().row(ref));
}

}  // namespace
}  // namespace agent_sessions::e2e
