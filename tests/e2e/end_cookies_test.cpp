// What goes with the message: the application's cookies are cleared, a page of the site's own knows why, and
// the agent's language is spoken (PRODUCT 2, 5).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class EndCookies : public GatewayTest {
  protected:
    void expect_cleared(const HttpResponse& response, const std::string& name, const std::string& path) {
        const auto cookie = set_cookie_named(response, name);
        ASSERT_TRUE(cookie) << name;
        EXPECT_EQ(cookie->value, "");
        EXPECT_EQ(cookie->attributes.at("path"), path);
        EXPECT_EQ(cookie->attributes.at("max-age"), "0");
    }
};

TEST_F(EndCookies, TheApplicationsCookiesAreClearedWithTheMessage) {
    config.set("agent_sessions_end_cookies", "application JSESSIONID");
    config.server = "        agent_sessions_end_cookies shop path=/shop domain=example.com;\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/login-cookie"));
    EXPECT_TRUE(alice.cookie("application"));
    EXPECT_TRUE(alice.send(script_call("/api")).all("Set-Cookie").empty())
        << "a live session's are left alone";
    admin().terminate({ref});
    for (const HttpRequest& request : {navigation("/app"), script_call("/api")}) {
        const HttpResponse told = alice.send(request);
        EXPECT_EQ(told.status, 403);
        expect_cleared(told, "application", "/");
        expect_cleared(told, "JSESSIONID", "/");
        expect_cleared(told, "shop", "/shop");
        EXPECT_EQ(set_cookie_named(told, "shop")->attributes.at("domain"), "example.com");
        EXPECT_FALSE(set_cookie_named(told, kCookie)) << "the session's own cookie stays, and is refused";
    }
}

TEST_F(EndCookies, NobodysNameIsTakenOverWhereTheyWereCleared) {
    for (const bool clears : {false, true}) {
        config.set("agent_sessions_end_cookies", clears ? "application" : "");
        if (clears) {
            reload();
        } else {
            start();
        }
        for (const bool by_button : {false, true}) {
            Browser alice = browser();
            admin().terminate({begin_session(alice, "alice")});
            const HttpResponse page = alice.send(navigation("/app"));
            EXPECT_TRUE(is_message_page(page));
            alice.send(navigation(by_button ? button_target(page) : "/app"));
            const HttpResponse next = alice.send(navigation("/app"));
            EXPECT_EQ(status_of(next), "ACTIVE");
            const auto row = admin().row(ref_of(next));
            ASSERT_TRUE(row);
            EXPECT_EQ(row->at("agent").is_null(), clears) << by_button;
        }
    }
}

TEST_F(EndCookies, ASitesOwnPageClearsThemAndKnowsWhy) {
    config.set("agent_sessions_end_cookies", "application");
    config.set("agent_sessions_ended_status", "410");
    config.server =
        "        error_page 410 /closed;\n"
        "        add_header X-End \"[$agent_session_end_reason]\" always;\n";
    config.locations =
        "        location = /closed { return 410 \"$agent_session_end_reason: $agent_session_end_message\"; "
        "}\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(alice.send(script_call("/api")).header("X-End"), "[]");
    admin().terminate({ref}, "The shift is over");
    const HttpResponse page = alice.send(navigation("/app"));
    EXPECT_EQ(page.status, 410);
    EXPECT_EQ(page.body, "administrator: The shift is over");
    expect_cleared(page, "application", "/");
}

TEST_F(EndCookies, TheMessageIsInTheAgentsLanguage) {
    start();
    Browser alice = browser();
    admin().terminate({begin_session(alice, "alice")});
    const HttpResponse german =
        alice.send(script_call("/api").with("Accept-Language", "es, de-AT;q=0.8, en;q=0.5"));
    EXPECT_EQ(german.header("Content-Language"), "de");
    EXPECT_EQ(german.header("Vary"), "Accept-Language");
    const HttpResponse french = alice.send(navigation("/app").with("Accept-Language", "fr-CA,fr;q=0.9"));
    EXPECT_NE(french.body.find("<html lang=\"fr\">"), std::string::npos);
    EXPECT_TRUE(is_message_page(alice.send(navigation("/other")))) << "English where nothing is asked for";
}

TEST_F(EndCookies, WhatNamesNoCookieIsRefusedByTheConfigurationTest) {
    const std::pair<const char*, const char*> wrong[] = {
        {"path=/", "no cookie is named in \"agent_sessions_end_cookies\" directive"},
        {"a path=shop", "invalid cookie path \"shop\" in \"agent_sessions_end_cookies\" directive"},
        {"a path=/ path=/b", "duplicate parameter \"path=/b\""},
        {"a domain=", "invalid parameter \"domain=\""},
    };
    for (const auto& [value, error] : wrong) {
        config.set("agent_sessions_end_cookies", value);
        server.configure(config.text());
        const CommandResult result = server.check_configuration();
        EXPECT_NE(result.exit_code, 0) << value;
        EXPECT_NE(result.output.find(error), std::string::npos) << result.output;
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
