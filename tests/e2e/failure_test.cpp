// What happens to requests while the module itself fails (PRODUCT 8): tracking costs nobody a request, and an
// ended cookie is refused all the same.
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class WithoutMemory : public GatewayTest {
  protected:
    WithoutMemory() {
        config.locations =
            "        location /static/ { return 200 open; }\n"
            "        location /own-error/ { error_page 500 = @elsewhere; proxy_pass http://application; }\n"
            "        location @elsewhere { proxy_pass http://application; }\n"
            "        location /off/ { agent_sessions off; proxy_pass http://application; }\n";
        server.fail_allocations_while(sign_);
    }

    void begin_failing() { write_file(sign_, ""); }
    void end_failing() { std::filesystem::remove(sign_); }

    const std::filesystem::path sign_ = server.prefix() / "fail";
};

TEST_F(WithoutMemory, AnEndedCookieIsRefused) {
    start();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "alice")});
    const std::size_t mark = application.mark();
    begin_failing();
    for (const char* target : {"/app", "/static/page", "/own-error/page"}) {
        for (const HttpRequest& request :
             {navigation(target), script_call(target), form_post(target, "a=1")}) {
            const HttpResponse refused = ended.send(request);
            EXPECT_EQ(refused.status, 500) << request.method << ' ' << target;
            EXPECT_EQ(refused.body.find("open"), std::string::npos);
            EXPECT_EQ(refused.header("Agent-Session"), "ended");
            EXPECT_EQ(status_of(refused), "ENDED");
            EXPECT_TRUE(refused.all("Set-Cookie").empty());
        }
    }
    end_failing();
    EXPECT_TRUE(application.requests_since(mark).empty()) << application.log_since(mark);
    EXPECT_NE(server.error_log().find("the check of a request failed: std::bad_alloc"), std::string::npos);
    EXPECT_TRUE(is_message_page(ended.send(navigation("/static/page"))));
    EXPECT_TRUE(is_message_for_script(ended.send(script_call("/app"))));
}

TEST_F(WithoutMemory, EverybodyElsePasses) {
    start();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "alice")});
    Browser live = browser();
    begin_session(live, "bob");
    Browser returning = browser();
    returning.send(navigation("/app"));
    Browser stranger = browser();
    begin_failing();
    EXPECT_TRUE(is_from_application(live.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(live.send(script_call("/api"))));
    EXPECT_TRUE(is_from_application(returning.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(stranger.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(ended.send(navigation("/off/page")))) << "nothing is tracked there";
    end_failing();
    EXPECT_EQ(admin().list("agent=bob").size(), 1U);
}

TEST_F(WithoutMemory, TheReloadOfAMessageDoesNotSlipThrough) {
    start();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "alice")},
                      "Words that are too long to be kept without an allocation");
    const HttpResponse message = ended.send(navigation("/app"));
    ASSERT_TRUE(is_message_page(message));
    const std::size_t mark = application.mark();
    begin_failing();
    EXPECT_EQ(ended.send(navigation("/app")).status, 500);
    EXPECT_EQ(ended.send(navigation(button_target(message))).status, 500);
    end_failing();
    EXPECT_TRUE(application.requests_since(mark).empty()) << application.log_since(mark);
    EXPECT_TRUE(is_from_application(ended.send(navigation("/app")))) << "nothing was used up";
    EXPECT_EQ(admin().list("agent=alice").size(), 1U);
}

// nginx's own page of HTML told a script nothing.
TEST_F(WithoutMemory, TheAdminEndpointTellsThatItFailed) {
    config.server += "error_page 500 = /elsewhere;";
    start();
    const std::string ref = [this] {
        Browser agent = browser();
        return begin_session(agent, "alice");
    }();
    AdminClient client = admin();
    client.get("");  // the connection is there before memory is short
    begin_failing();
    for (const char* path : {"", "sessions", "usage"}) {
        expect_problem(client.get(path), 500, "internal_error");
    }
    const HttpResponse ended = client.post("sessions/terminate", "{\"refs\":[\"" + ref + "\"]}");
    expect_problem(ended, 500, "internal_error");
    EXPECT_EQ(ended.header("Cache-Control"), "no-store");
    expect_problem(client.remove(ref), 500, "internal_error");
    end_failing();
    EXPECT_NE(server.error_log().find("agent_sessions: an admin request failed: std::bad_alloc"),
              std::string::npos);
    EXPECT_EQ(client.list("agent=alice").size(), 1U) << "nothing was ended";
}

class WithoutKeys : public GatewayTest {
  protected:
    std::filesystem::path keys() const { return server.prefix() / "state" / (std::string(kZone) + ".keys"); }
};

TEST_F(WithoutKeys, WhatMayBeAnEndedCookieIsRefusedAndAllElsePasses) {
    config.locations =
        "        location /static/ { error_page 500 = @elsewhere; return 200 open; }\n"
        "        location @elsewhere { proxy_pass http://application; }\n";
    start();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "alice")});
    Browser live = browser();
    begin_session(live, "bob");
    const std::string good = read_file(keys());
    write_file(keys(), "damaged\n");
    ASSERT_TRUE(server.reload());
    const std::size_t mark = application.mark();
    for (Browser* cookie : {&ended, &live}) {
        for (const char* target : {"/app", "/static/page"}) {
            for (const HttpRequest& request : {navigation(target), script_call(target)}) {
                const HttpResponse refused = cookie->send(request);
                EXPECT_EQ(refused.status, 500) << request.method << ' ' << target;
                EXPECT_EQ(status_of(refused), "REFUSED");
                EXPECT_FALSE(refused.header("Agent-Session")) << "nobody knows whether it ended";
            }
        }
    }
    EXPECT_TRUE(application.requests_since(mark).empty()) << application.log_since(mark);
    Browser stranger = browser();
    EXPECT_TRUE(is_from_application(stranger.send(navigation("/app"))));
    EXPECT_TRUE(stranger.jar().empty());
    HttpRequest foreign = navigation("/app");
    foreign.with("Cookie", std::string(kCookie) + "=of-another-program");
    EXPECT_TRUE(is_from_application(Connection(origin()).send(foreign)));
    EXPECT_NE(server.error_log().find("refused a request because it has no keys"), std::string::npos);
    HttpRequest health;
    health.target = "/admin/health";
    const HttpResponse failing = admin().send(health);
    EXPECT_EQ(failing.status, 503);
    EXPECT_NE(failing.body.find("\"keys_missing\""), std::string::npos) << failing.body;

    write_file(keys(), good);
    Connection& tab = live.open_tab();
    EXPECT_TRUE(wait_until([&] { return status_of(live.send(script_call("/api"), tab)) == "ACTIVE"; }))
        << "repaired keys are found without a reload";
    EXPECT_TRUE(wait_until([&] { return bool(is_message_page(ended.send(navigation("/app")))); }));
    EXPECT_TRUE(wait_until([&] { return admin().send(health).status == 200; }));
}

}  // namespace
}  // namespace agent_sessions::e2e
