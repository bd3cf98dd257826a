// An ended session is told and refused, everywhere and at once (PRODUCT 5; issue 2, point 2).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Ended : public GatewayTest {
  protected:
    // Ends the browser's session by the API.
    void end(const std::string& ref, const std::string& words = "") {
        ASSERT_EQ(admin().terminate({ref}, words), std::vector<std::string>{"terminated"});
    }
};

TEST_F(Ended, TheNextNavigationGetsTheMessageOnAnyWorkerAndOpenConnection) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const auto tabs = tabs_on_every_worker(alice);
    end(ref);
    const std::size_t mark = application.mark();
    int number = 0;
    for (Connection* tab : tabs) {
        const HttpResponse response = alice.send(navigation("/tab/" + std::to_string(++number)), *tab);
        EXPECT_EQ(response.new_connections, 0) << "the connection was open before";
        EXPECT_TRUE(is_message_page(response));
        EXPECT_EQ(status_of(response), "ENDED");
        EXPECT_EQ(ref_of(response), ref);
    }
    EXPECT_TRUE(is_message_page(alice.send(navigation("/new"), alice.open_tab())));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
    EXPECT_TRUE(admin().list().empty());
    EXPECT_EQ(admin().current(), 0) << "current falls at once";
}

TEST_F(Ended, OpenHttp2ConnectionsGetItOnEveryStream) {
    use_tls();
    start();
    Browser alice = Browser(https_origin());
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    const std::size_t mark = application.mark();
    const HttpResponse response = alice.send(navigation("/app"));
    EXPECT_TRUE(response.http2);
    EXPECT_EQ(response.new_connections, 0);
    EXPECT_TRUE(is_message_page(response));
    std::vector<HttpRequest> requests;
    for (int number = 0; number < 20; ++number) {
        requests.push_back(number % 2 == 0 ? navigation("/page/" + std::to_string(number))
                                           : script_call("/api"));
        requests.back().with("Cookie", alice.jar().begin()->first + "=" + alice.jar().begin()->second);
    }
    const auto responses = send_together(requests, https_origin());
    for (std::size_t number = 0; number < responses.size(); ++number) {
        EXPECT_TRUE(number % 2 == 0 ? is_message_page(responses[number])
                                    : is_message_for_script(responses[number]));
    }
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, TheMessageSaysWhyAndWhatToDoAndIsNeverStored) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref, "Please call <b>Ms Ito</b> & \"wait\"");
    const HttpResponse page = alice.send(navigation("/app"));
    EXPECT_TRUE(is_message_page(page));
    EXPECT_NE(page.body.find("administrator"), std::string::npos);
    EXPECT_EQ(page.body.find("<b>Ms Ito"), std::string::npos) << "the words are text";
    EXPECT_NE(page.body.find("&lt;b&gt;Ms Ito&lt;/b&gt; &amp; "), std::string::npos) << page.body;
    EXPECT_NE(page.header("Cache-Control").value_or("").find("no-store"), std::string::npos);
    EXPECT_TRUE(page.all("Set-Cookie").empty());
    EXPECT_NE(button_target(page), "");
    const HttpResponse call = alice.send(script_call("/api"));
    EXPECT_TRUE(is_message_for_script(call));
    EXPECT_NE(call.body.find("Ms Ito"), std::string::npos);
    EXPECT_NE(call.header("Cache-Control").value_or("").find("no-store"), std::string::npos);
    EXPECT_EQ(parse_object(call).at("status").to_number<int>(), 403);
}

TEST_F(Ended, EndingByDeleteTellsToo) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(admin().remove(ref).status, 204);
    EXPECT_EQ(admin().remove(ref).status, 404);
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
}

TEST_F(Ended, EndingByAgentNameAndAllOfThem) {
    start();
    Browser first = browser();
    Browser second = browser();
    Browser other = browser();
    begin_session(first, "alice");
    begin_session(second, "alice");
    begin_session(other, "bob");
    const HttpResponse changed =
        admin().post("sessions/terminate", R"({"filter":{"agent":"alice"},"expected":3})");
    expect_problem(changed, 409, "count_changed");
    EXPECT_NE(changed.body.find('2'), std::string::npos) << "with the new number";
    EXPECT_EQ(admin().current(), 3);
    const HttpResponse ended =
        admin().post("sessions/terminate", R"({"filter":{"agent":"alice"},"expected":2})");
    EXPECT_EQ(ended.status, 200) << ended.body;
    EXPECT_EQ(parse_object(ended).at("ended").to_number<int>(), 2) << ended.body;
    EXPECT_EQ(parse_object(ended).at("durable").as_bool(), true);
    EXPECT_TRUE(is_message_page(first.send(navigation("/app"))));
    EXPECT_TRUE(is_message_page(second.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(other.send(navigation("/app"))));
    EXPECT_EQ(admin().post("sessions/terminate", R"({"all":true})").status, 200);
    EXPECT_TRUE(is_message_page(other.send(navigation("/app"))));
}

TEST_F(Ended, ResultsAreToldPerSession) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::string nobody(32, '0');
    EXPECT_EQ(admin().terminate({ref, nobody}), (std::vector<std::string>{"terminated", "not_found"}));
    EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"already_gone"});
}

TEST_F(Ended, ScriptCallsFramesAndImagesAreRefusedUntilTheReactivation) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    const std::size_t mark = application.mark();
    for (int time = 0; time < 3; ++time) {
        EXPECT_TRUE(is_message_for_script(alice.send(script_call("/api"))));
        EXPECT_TRUE(is_message_for_script(alice.send(plain_script_call("/api"))));
        EXPECT_EQ(alice.send(image("/logo.png")).status, 403);
        EXPECT_EQ(alice.send(image("/logo.png")).header("Agent-Session"), "ended");
        EXPECT_TRUE(is_message_page(alice.send(frame_navigation("/frame"))));
    }
    HttpRequest upgrade = script_call("/ws");
    upgrade.with("Upgrade", "websocket").with("Connection", "Upgrade");
    EXPECT_EQ(alice.send(upgrade).status, 403);
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, EveryMethodIsRefused) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    const std::size_t mark = application.mark();
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
        HttpRequest request = script_call("/api");
        request.method = method;
        if (std::string(method) == "POST" || std::string(method) == "PUT") {
            request.body = "{}";
        }
        const HttpResponse response = alice.send(request);
        EXPECT_EQ(response.status, 403) << method << response.error;
        EXPECT_EQ(response.header("Agent-Session"), "ended") << method;
    }
    HttpRequest head = navigation("/app");
    head.method = "HEAD";
    const HttpResponse response = alice.send(head);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, ALargePostIsAnsweredAndTheConnectionLives) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    const HttpResponse response = alice.send(form_post("/flow/step", "text=" + std::string(500000, 'x')));
    EXPECT_TRUE(is_message_page(response));
    EXPECT_TRUE(is_message_page(alice.send(navigation("/other"))));
}

TEST_F(Ended, AReturnInTheLocationIsBehindTheCheck) {
    config.locations =
        "        location = /answer { return 200 'answered here'; }\n"
        "        location = /moved { rewrite ^ /answer redirect; }\n"
        "        location = /inner { rewrite ^ /answer last; }\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(alice.send(navigation("/answer")).body, "answered here");
    EXPECT_EQ(alice.send(navigation("/inner")).body, "answered here");
    end(ref);
    for (const char* place : {"/answer", "/moved", "/inner"}) {
        EXPECT_TRUE(is_message_page(alice.send(navigation(place)))) << place;
    }
}

TEST_F(Ended, SatisfyAnyAndAllowDoNotOverrideTheCheck) {
    config.locations =
        "        location /inside/ { satisfy any; allow 127.0.0.1; deny all; "
        "proxy_pass http://application; }\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    EXPECT_TRUE(is_message_page(alice.send(navigation("/inside/page"))));
}

TEST_F(Ended, TheStatusOfTheMessageFollowsItsDirective) {
    config.set("agent_sessions_ended_status", "440");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    end(ref);
    const HttpResponse page = alice.send(navigation("/app"));
    EXPECT_EQ(page.status, 440);
    EXPECT_EQ(page.header("Agent-Session"), "ended");
    const HttpResponse call = alice.send(script_call("/api"));
    EXPECT_EQ(call.status, 440);
    EXPECT_EQ(parse_object(call).at("status").to_number<int>(), 440);
}

TEST_F(Ended, ErrorPageAppliesOnlyWhereTheStatusIsWritten) {
    const std::string own_page = "        error_page 403 /own.html;\n";
    config.locations = "        location = /own.html { internal; return 200 'our own words'; }\n";
    config.server = own_page;
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));

    config.set("agent_sessions_ended_status", "403");
    reload();
    const HttpResponse own = alice.send(navigation("/other"));
    EXPECT_EQ(own.status, 403);
    EXPECT_EQ(own.body, "our own words");
    EXPECT_EQ(own.header("Agent-Session"), "ended");
    EXPECT_TRUE(is_message_for_script(alice.send(script_call("/api")))) << "scripts can't read a page";
    EXPECT_NE(alice.send(prefetch("/third")).body, "our own words");
}

TEST_F(Ended, ErrorPageOfAnotherStatusIsShownToPeopleAndNeverTakenForTheirClick) {
    config.set("agent_sessions_ended_status", "403");
    config.server = "        error_page 403 =200 /own.html;\n";
    config.locations = "        location = /own.html { internal; return 200 'our own words'; }\n";
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    EXPECT_EQ(alice.send(prefetch("/app")).status, 403)
        << "a browser keeps no 403 for the click that follows";
    const HttpResponse own = alice.send(navigation("/app"));
    EXPECT_EQ(own.status, 200);
    EXPECT_EQ(own.body, "our own words");
    EXPECT_EQ(own.header("Agent-Session"), "ended");
    EXPECT_EQ(alice.send(script_call("/api")).status, 403);
}

TEST_F(Ended, ErrorPageAnswersAPostToo) {
    config.set("agent_sessions_ended_status", "403");
    config.server = "        error_page 403 /own.html;\n";
    config.locations = "        location = /own.html { internal; return 200 'our own words'; }\n";
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    const std::size_t mark = application.mark();
    const HttpResponse posted = alice.send(form_post("/app", "a=b"));
    EXPECT_EQ(posted.status, 403);
    EXPECT_EQ(posted.body, "our own words");
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, ErrorPageBehindAuthRequestNeverAsksTheApplication) {
    config.set("agent_sessions_ended_status", "403");
    config.server = "        auth_request /allowed;\n";
    const std::string root = "root " + server.prefix().string() + "; ";
    write_file(server.prefix() / "own.html", "our own words");
    config.locations =
        "        location = /own.html { internal; auth_request off; " + root +
        "}\n"
        "        location /open/ { error_page 403 /own.html; proxy_pass http://application; }\n"
        "        location = /locked.html { internal; " +
        root +
        "}\n"
        "        location /locked/ { error_page 403 /locked.html; proxy_pass http://application; }\n"
        "        location = /allowed { internal; auth_request off; proxy_pass http://application; }\n";
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    const std::size_t mark = application.mark();
    EXPECT_EQ(alice.send(navigation("/open/page")).body, "our own words");
    const HttpResponse locked = alice.send(navigation("/locked/page"));
    EXPECT_EQ(locked.status, 403);
    EXPECT_EQ(locked.header("Agent-Session"), "ended");
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, ErrorPageToAnUpstreamNeverReachesIt) {
    config.set("agent_sessions_ended_status", "403");
    config.server = "        error_page 403 /from-the-application;\n";
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    const std::size_t mark = application.mark();
    for (const HttpRequest& request : {navigation("/app"), form_post("/app", "a=b"), script_call("/api")}) {
        const HttpResponse response = alice.send(request);
        EXPECT_EQ(response.status, 403) << response.body;
        EXPECT_EQ(response.header("Agent-Session"), "ended");
    }
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Ended, ErrorPageToANamedLocationOrAnotherHostNeitherTellsAgainNorBegins) {
    config.set("agent_sessions_ended_status", "403");
    config.server = "        error_page 403 @own;\n";
    config.locations = "        location @own { return 403 'named words'; }\n";
    start();
    Browser alice = browser();
    end(begin_session(alice, "alice"));
    for (int time = 0; time < 2; ++time) {
        const HttpResponse response = alice.send(navigation_by_page("/app"));
        EXPECT_EQ(response.body, "named words");
        EXPECT_TRUE(response.all("Set-Cookie").empty());
        const HttpResponse posted = alice.send(form_post("/app", "a=b"));
        EXPECT_EQ(posted.status, 403);
        EXPECT_TRUE(posted.all("Set-Cookie").empty());
    }
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(Ended, ALoggedOutSessionIsNotTold) {
    start();
    Browser kiosk = browser();
    begin_session(kiosk, "alice");
    Browser old = browser();
    old.set_cookie(kCookie, kiosk.cookie(kCookie).value());
    HttpRequest login = navigation("/login");
    kiosk.send(login.with("X-Test-Login", "bob"));
    const HttpResponse call = old.send(script_call("/api"));
    EXPECT_NE(call.header("Agent-Session"), "ended");
}

}  // namespace
}  // namespace agent_sessions::e2e
