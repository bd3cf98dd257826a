// Who an agent is, and when a session passes to another one (PRODUCT 2).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

using Identity = GatewayTest;

HttpRequest as(HttpRequest request, const std::string& agent) {
    return request.with("X-Test-Login", agent);
}

TEST_F(Identity, AGuestWhoLogsInKeepsRowAndStart) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice);
    const auto guest = admin().row(ref);
    ASSERT_TRUE(guest);
    EXPECT_TRUE(guest->at("agent").is_null());
    const HttpResponse login = alice.send(as(form_post("/login", "user=alice"), "alice"));
    EXPECT_EQ(ref_of(login), ref);
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), ref);
    EXPECT_EQ(text_of(rows[0], "agent"), "alice");
    EXPECT_EQ(text_of(rows[0], "started"), text_of(*guest, "started"));
}

TEST_F(Identity, AUserCalledGuestIsNotAGuest) {
    start();
    Browser nameless = browser();
    Browser named = browser();
    // Not told apart by their starts, which may be the same.
    const auto of_nameless = admin().row(begin_session(nameless));
    const auto of_named = admin().row(begin_session(named, "Guest"));
    ASSERT_TRUE(of_nameless && of_named);
    EXPECT_TRUE(of_nameless->at("agent").is_null());
    EXPECT_EQ(text_of(*of_named, "agent"), "Guest");
}

TEST_F(Identity, TheSameNameAgainChangesNothing) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::string cookie = alice.cookie(kCookie).value();
    EXPECT_EQ(ref_of(alice.send(as(navigation("/app"), "alice"))), ref);
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
    EXPECT_EQ(alice.cookie(kCookie).value(), cookie);
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Identity, AnotherNameOnTheSameCookieEndsTheSessionAndBeginsOne) {
    start();
    Browser kiosk = browser();
    const std::string first = begin_session(kiosk, "alice");
    const std::string first_cookie = kiosk.cookie(kCookie).value();
    kiosk.send(as(form_post("/login", "user=bob"), "bob"));
    EXPECT_NE(kiosk.cookie(kCookie).value(), first_cookie);
    kiosk.send(navigation("/app"));
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "agent"), "bob");
    EXPECT_NE(text_of(rows[0], "ref"), first);
    EXPECT_EQ(admin().remove(first).status, 404);
}

TEST_F(Identity, TheFirstAgentsCookieOfAKioskGetsNoMessageAndIsNotTheFirstAgentAnyMore) {
    start();
    Browser kiosk = browser();
    begin_session(kiosk, "alice");
    Browser copy = browser();
    copy.set_cookie(kCookie, kiosk.cookie(kCookie).value());
    kiosk.send(as(form_post("/login", "user=bob"), "bob"));
    const HttpResponse late = copy.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(late)) << "a session that logged out gets no message";
    copy.send(navigation("/app"));
    for (const auto& row : admin().list()) {
        EXPECT_NE(text_of(row, "agent"), "alice") << "no name is taken over after a logout";
    }
}

TEST_F(Identity, NoNameIsLearnedFromAnAnswerThatRefuses) {
    start();
    Browser stranger = browser();
    const std::string ref = begin_session(stranger);
    for (const char* place : {"/refused/401", "/refused/403", "/refused/407"}) {
        stranger.send(as(navigation(place), "alice"));
        const auto row = admin().row(ref);
        ASSERT_TRUE(row) << place;
        EXPECT_TRUE(row->at("agent").is_null()) << place;
    }
}

TEST_F(Identity, AClaimedUserNameIsNobodyUntilItIsLetThrough) {
    config.set("agent_sessions_agent", "$remote_user");
    config.locations =
        "        location /locked/ { auth_basic closed; auth_basic_user_file users; "
        "proxy_pass http://application; }\n";
    write_file(server.prefix() / "conf/users", "alice:{PLAIN}open sesame\n");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice);
    HttpRequest claim = navigation("/locked/page");
    claim.with("Authorization", "Basic YWxpY2U6d3Jvbmc=");  // alice:wrong
    EXPECT_EQ(alice.send(claim).status, 401);
    EXPECT_TRUE(admin().row(ref).value().at("agent").is_null());
    HttpRequest proof = navigation("/locked/page");
    proof.with("Authorization", "Basic YWxpY2U6b3BlbiBzZXNhbWU=");  // alice:open sesame
    EXPECT_TRUE(is_from_application(alice.send(proof)));
    EXPECT_EQ(text_of(admin().row(ref).value(), "agent"), "alice");
}

TEST_F(Identity, WithoutAnAgentDirectiveANameInTheQueryNamesNobody) {
    config.set("agent_sessions_agent", "");
    start();
    Browser stranger = browser();
    const std::string ref = begin_session(stranger);
    stranger.send(navigation("/app?login=alice&agent=alice&user=alice"));
    EXPECT_TRUE(admin().row(ref).value().at("agent").is_null());
}

TEST_F(Identity, TheSessionAfterATerminatedOneTakesItsNameOver) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    admin().terminate({ref});
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
    alice.send(navigation("/app"));
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_NE(text_of(rows[0], "ref"), ref);
    EXPECT_EQ(text_of(rows[0], "agent"), "alice") << "the application does not send its login answer again";
}

TEST_F(Identity, ATakenOverNameGivesWayToTheApplicationsWithoutAnEnd) {
    start();
    Browser kiosk = browser();
    const std::string ref = begin_session(kiosk, "alice");
    admin().terminate({ref});
    kiosk.send(navigation("/app"));
    kiosk.send(navigation("/app"));
    kiosk.send(navigation("/app"));
    const auto taken = admin().list();
    ASSERT_EQ(taken.size(), 1U);
    kiosk.send(as(navigation("/app"), "bob"));
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "agent"), "bob");
    EXPECT_EQ(text_of(rows[0], "ref"), text_of(taken[0], "ref")) << "the name was only taken over";
}

TEST_F(Identity, TheSessionAfterOneThatRanOutTakesItsNameOver) {
    config.set("agent_sessions_timeout", "1s absolute=1h");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    AdminClient supervisor = admin();
    ASSERT_TRUE(wait_until([&] { return supervisor.current() == 0; }));
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
    const HttpResponse next = alice.send(navigation("/app"));
    EXPECT_EQ(next.header("X-Agent"), "alice");
}

}  // namespace
}  // namespace agent_sessions::e2e
