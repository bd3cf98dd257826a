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
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), ref_of(login)) << "the cookie is renewed";
    EXPECT_EQ(text_of(rows[0], "agent"), "alice");
    EXPECT_EQ(text_of(rows[0], "started"), text_of(*guest, "started"));
}

TEST_F(Identity, AUserCalledGuestIsNotAGuest) {
    start();
    Browser nameless = browser();
    Browser named = browser();
    const std::string guest = begin_session(nameless);
    const std::string user = begin_session(named, "Guest");
    EXPECT_TRUE(admin().row(guest).value().at("agent").is_null());
    EXPECT_EQ(text_of(admin().row(user).value(), "agent"), "Guest");
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

// What the cache answered with had named whoever asked first.
TEST_F(Identity, NoNameIsLearnedFromAnAnswerOutOfTheCache) {
    config.http = "proxy_cache_path " + (server.prefix() / "cache").string() + " keys_zone=cache:1m;\n";
    config.locations =
        "        location /cached/ { proxy_cache cache; proxy_cache_valid any 1m; proxy_pass "
        "http://application; add_header X-Cache $upstream_cache_status; }\n";
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    EXPECT_EQ(alice.send(as(navigation("/cached/page"), "alice")).header("X-Cache"), "MISS");
    Browser bob = browser();
    const std::string ref = begin_session(bob, "bob");
    const HttpResponse hit = bob.send(navigation("/cached/page"));
    EXPECT_EQ(hit.header("X-Cache"), "HIT");
    EXPECT_EQ(text_of(admin().row(ref).value(), "agent"), "bob");
}

// A header of the application is looked up without nginx's variable, but as that does.
TEST_F(Identity, ANameIsReadFromAHeaderHoweverThatIsWritten) {
    struct Written {
        const char* variable;
        const char* headers;
    };
    const std::vector<Written> ways{
        {"id", "add_header Id short;"},
        {"agent_id", "add_header Agent-IX other; add_header Agent_id eight;"},
        {"agent_name_of_desk_7", "add_header AGENT-Name_of-Desk-7 long; add_header Agent-Name-Of-Desk 7;"},
        {"x_agent_name", "add_header X-Agent-Names many; add_header X-Agent-Name one;"},
        {"x_agent_twice", "add_header X-Agent-Twice first; add_header X-AGENT-TWICE second;"},
        {"x_agent_nobody", "add_header X.Agent-Nobody other; add_header X-Agent-Nobod 7;"},
    };
    for (const Written& way : ways) {
        const std::string variable = std::string("$upstream_http_") + way.variable;
        config.locations += std::string("        location /by/") + way.variable +
                            " { proxy_pass http://127.0.0.1:" + std::to_string(config.port) + "/named/" +
                            way.variable + "; agent_sessions_agent " + variable + "; add_header X-Seen \"" +
                            variable + "\"; }\n" + "        location /named/" + way.variable +
                            " { agent_sessions off; " + way.headers + " return 200 named; }\n";
    }
    start();
    for (const Written& way : ways) {
        Browser agent = browser();
        begin_session(agent);
        const HttpResponse named = agent.send(navigation(std::string("/by/") + way.variable));
        EXPECT_EQ(named.body, "named") << way.variable;
        const std::string seen = named.header("X-Seen").value_or("");
        const auto row = admin().row(ref_of(agent.send(navigation("/app"))));
        ASSERT_TRUE(row) << way.variable;
        EXPECT_EQ(row->at("agent").is_null() ? "" : text_of(*row, "agent"), seen) << way.variable;
        EXPECT_EQ(seen.empty(), std::string(way.variable) == "x_agent_nobody") << way.variable;
    }
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
    const HttpResponse login = alice.send(proof);
    EXPECT_TRUE(is_from_application(login));
    EXPECT_EQ(text_of(admin().row(ref_of(login)).value(), "agent"), "alice");
}

TEST_F(Identity, AClaimedUserNameStaysNobodyWhereErrorPageAnswersWithALoginPage) {
    config.set("agent_sessions_agent", "");
    config.locations =
        "        location /locked/ { auth_basic closed; auth_basic_user_file users; "
        "error_page 401 =200 /login; proxy_pass http://application; }\n"
        "        location = /login { auth_basic off; return 200 'please log in'; }\n";
    write_file(server.prefix() / "conf/users", "alice:{PLAIN}open sesame\n");
    start();
    Browser thief = browser();
    const std::string ref = begin_session(thief);
    HttpRequest claim = navigation("/locked/page");
    claim.with("Authorization", "Basic YWxpY2U6d3Jvbmc=");  // alice:wrong
    EXPECT_EQ(thief.send(claim).body, "please log in");
    EXPECT_TRUE(admin().row(ref).value().at("agent").is_null());
}

TEST_F(Identity, AClaimedUserNameStaysNobodyWhereNginxAnswersBeforeThePasswordIsChecked) {
    config.set("agent_sessions_agent", "");
    config.http = "    limit_req_zone $binary_remote_addr zone=busy:1m rate=1r/m;\n";
    const std::string locked = "auth_basic closed; auth_basic_user_file users; ";
    const std::string written = "agent_sessions_agent $remote_user; ";
    config.locations = "        location /led/ { " + locked + "return 302 /elsewhere/; }\n" +
                       "        location /led/written/ { " + written + locked +
                       "return 302 /elsewhere/; }\n" +
                       "        location /busy/ { limit_req zone=busy; limit_req_log_level info; " + locked +
                       "proxy_pass http://application; }\n";
    write_file(server.prefix() / "conf/users", "admin:{PLAIN}open sesame\n");
    start();
    HttpRequest claim = navigation("/busy/");
    claim.with("Authorization", "Basic YWRtaW46V1JPTkc=");  // admin:WRONG
    EXPECT_EQ(browser().send(claim).status, 401) << "takes the one request that is not too many";
    for (const char* place : {"/led/", "/led/written/", "/busy/"}) {
        claim.target = place;
        Browser thief = browser();
        thief.send(navigation("/app"));
        thief.send(claim);  // begins the session
        thief.send(claim);
        const std::string ref = ref_of(thief.send(navigation("/app")));
        const auto row = admin().row(ref);
        ASSERT_TRUE(row) << place;
        EXPECT_TRUE(row->at("agent").is_null()) << place;
    }
}

TEST_F(Identity, AClaimedUserNameStaysNobodyHoweverErrorPageLeadsToTheLoginPage) {
    config.set("agent_sessions_agent", "");
    const std::string locked = "auth_basic closed; auth_basic_user_file users; error_page 401 =200 /login; ";
    const std::string leads_on = "proxy_pass http://application; }\n";
    config.locations = "        location /untracked/ { agent_sessions off; " + locked + leads_on +
                       "        location /recursive/ { recursive_error_pages on; " + locked + leads_on +
                       "        location /tried/ { try_files /nothing /locked/page; }\n" +
                       "        location /recursive/tried/ { recursive_error_pages on; try_files /nothing "
                       "/locked/page; }\n" +
                       "        location /locked/ { " + locked + leads_on +
                       "        location = /login { recursive_error_pages on; " + leads_on;
    write_file(server.prefix() / "conf/users", "admin:{PLAIN}open sesame\n");
    start();
    const std::vector<const char*> places{"/untracked/", "/recursive/", "/tried/", "/recursive/tried/",
                                          "/locked/"};
    for (const char* place : places) {
        Browser thief = browser();
        begin_session(thief);
        HttpRequest claim = navigation(place);
        claim.with("Authorization", "Basic YWRtaW46V1JPTkc=");  // admin:WRONG
        EXPECT_TRUE(is_from_application(thief.send(claim))) << place;
        const auto row = admin().row(ref_of(thief.send(navigation("/app"))));
        ASSERT_TRUE(row) << place;
        EXPECT_TRUE(row->at("agent").is_null()) << place;
    }
    for (const char* place : {"/recursive/", "/tried/", "/recursive/tried/"}) {
        Browser admins = browser();
        begin_session(admins);
        HttpRequest proof = navigation(place);
        proof.with("Authorization", "Basic YWRtaW46b3BlbiBzZXNhbWU=");  // admin:open sesame
        EXPECT_EQ(admins.send(proof).header("X-Agent"), "admin") << place;
    }
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
    const HttpResponse login = kiosk.send(as(navigation("/app"), "bob"));
    EXPECT_EQ(status_of(login), "ACTIVE") << "the name was only taken over";
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "agent"), "bob");
    EXPECT_EQ(text_of(rows[0], "ref"), ref_of(login));
    EXPECT_EQ(text_of(rows[0], "started"), text_of(taken[0], "started"));
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
