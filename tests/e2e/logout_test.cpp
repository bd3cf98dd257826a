// The application logs its agent out (PRODUCT 1, 2, 5).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Logout : public GatewayTest {
  protected:
    // The next navigation gets no message and a new cookie, and the session that begins with it has no name.
    void expect_a_fresh_start(Browser& agent, const std::string& ref) {
        const std::string before = agent.cookie(kCookie).value();
        EXPECT_TRUE(is_from_application(agent.send(navigation("/app"))));
        EXPECT_NE(agent.cookie(kCookie).value(), before);
        const HttpResponse begun = agent.send(navigation("/app"));
        EXPECT_EQ(status_of(begun), "NEW");
        EXPECT_NE(ref_of(begun), ref);
        EXPECT_TRUE(admin().row(ref_of(begun)).value().at("agent").is_null());
    }
};

TEST_F(Logout, AHeaderOfTheApplicationEndsTheSessionAndFreesTheSeat) {
    config.set("agent_sessions_logout", "$upstream_http_x_logout");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser bob = browser();
    const std::string bobs = begin_session(bob, "bob");
    EXPECT_TRUE(is_from_application(alice.send(script_call("/app"))));
    EXPECT_EQ(admin().current(), 2);
    EXPECT_TRUE(is_from_application(alice.send(form_post("/leave?logout=1&login=alice", "a=1"))));
    EXPECT_EQ(admin().current(), 1);
    EXPECT_FALSE(admin().row(ref));
    EXPECT_TRUE(admin().row(bobs));
    EXPECT_TRUE(wait_until([&] {
        const boost::json::array ended = admin().read("ended").at("sessions").as_array();
        return ended.size() == 1 && text_of(ended[0].as_object(), "reason") == "logout";
    }));
    const HttpResponse call = alice.send(script_call("/api"));
    EXPECT_FALSE(call.header("Agent-Session"));
    expect_a_fresh_start(alice, ref);
}

TEST_F(Logout, AnAnswerOutOfTheCacheLogsNobodyOut) {
    config.set("agent_sessions_logout", "$upstream_http_x_logout");
    config.http = "proxy_cache_path " + (server.prefix() / "cache").string() + " keys_zone=cache:1m;\n";
    config.locations =
        "        location /cached/ { proxy_cache cache; proxy_cache_valid any 1m; proxy_pass "
        "http://application; add_header X-Cache $upstream_cache_status; }\n";
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    EXPECT_EQ(alice.send(script_call("/cached/page?logout=1")).header("X-Cache"), "MISS");
    EXPECT_EQ(admin().current(), 0);
    Browser bob = browser();
    begin_session(bob, "bob");
    EXPECT_EQ(bob.send(script_call("/cached/page?logout=1")).header("X-Cache"), "HIT");
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Logout, APlaceEndsItAndBeginsNone) {
    config.locations =
        "        location = /logout { agent_sessions_logout 1; proxy_pass http://application; }\n";
    start();
    Browser alice = browser();
    alice.send(navigation("/logout"));
    EXPECT_EQ(alice.jar().size(), 0U) << "no cookie is issued";
    const std::string ref = begin_session(alice, "alice");
    EXPECT_TRUE(is_from_application(alice.send(navigation("/logout"))));
    EXPECT_EQ(admin().current(), 0);
    alice.send(navigation("/logout"));
    EXPECT_EQ(admin().current(), 0);
    expect_a_fresh_start(alice, ref);
}

TEST_F(Logout, NeitherARefusalNorAZeroLogsOut) {
    config.set("agent_sessions_logout", "$upstream_http_x_logout");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    alice.send(script_call("/app?logout=0"));
    alice.send(script_call("/refused/403?logout=1"));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
}

}  // namespace
}  // namespace agent_sessions::e2e
