// Adopted cookies of the real servers: each test runs with Tomcat, php-fpm and express-session behind the
// module.
#include <map>
#include <memory>

#include "tests/e2e/support/application_server.h"
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class ApplicationServers : public GatewayTest, public ::testing::WithParamInterface<ApplicationServerKind> {
  protected:
    ApplicationServers() {
        ApplicationServer& behind = running(GetParam());
        config.application_port = behind.port();
        config.pass = behind.pass();
        config.set("agent_sessions_cookie", name() + " adopt");
        config.server = "        add_header X-Upstream $upstream_addr always;\n";
    }

    static void TearDownTestSuite() { servers().clear(); }

    static std::string name() { return GetParam().cookie; }

    // The value of its cookie that the browser has.
    static std::string value(const Browser& browser) { return browser.cookie(name()).value_or(""); }

    HttpResponse send_alone(HttpRequest request, const std::string& value) {
        return Connection(origin()).send(request.with("Cookie", name() + "=" + value));
    }

    // A session of alice, who logged in.
    HttpResponse begin(Browser& agent) {
        EXPECT_EQ(status_of(agent.send(navigation("/app"))), "NEW");
        EXPECT_TRUE(is_from_application(agent.send(form_post("/login?user=alice", ""))));
        HttpResponse next = agent.send(navigation("/app"));
        EXPECT_EQ(status_of(next), "ACTIVE");
        EXPECT_EQ(next.header("X-Agent"), "alice");
        return next;
    }

    // What follows the agent's reactivation: the application saw no cookie, and began anew.
    void expect_begun_anew(const HttpResponse& response, const HttpResponse& before) {
        EXPECT_TRUE(is_from_application(response));
        EXPECT_EQ(status_of(response), "NEW");
        EXPECT_EQ(response.header("X-Cookies-Seen").value_or(""), "");
        EXPECT_NE(application_session(response), "");
        EXPECT_NE(application_session(response), application_session(before));
        EXPECT_EQ(response.header("X-Agent-Id").value_or(""), "") << "the application asks for a login again";
        EXPECT_EQ(admin().current(), 1);
    }

    static std::string application_session(const HttpResponse& response) {
        return response.header("X-Session-Id").value_or("");
    }

    static bool reached_application(const HttpResponse& response) {
        return !response.header("X-Upstream").value_or("").empty();
    }

  private:
    using Servers = std::map<std::string, std::unique_ptr<ApplicationServer>>;

    static Servers& servers() {
        static Servers running;
        return running;
    }

    static ApplicationServer& running(const ApplicationServerKind& kind) {
        std::unique_ptr<ApplicationServer>& server = servers()[kind.name];
        if (!server) {
            server = std::make_unique<ApplicationServer>(kind);
        }
        return *server;
    }
};

TEST_P(ApplicationServers, ASessionBeginsWithTheCookieAndIsListedUnderTheAgentWhoLogsIn) {
    start();
    Browser agent = browser();
    const HttpResponse first = agent.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(first));
    EXPECT_EQ(status_of(first), "NEW");
    ASSERT_EQ(first.all("Set-Cookie").size(), 1U) << "the application's, none of ours";
    EXPECT_FALSE(value(agent).empty());
    const auto row = admin().row(ref_of(first));
    ASSERT_TRUE(row);
    EXPECT_TRUE(row->at("agent").is_null());

    EXPECT_TRUE(is_from_application(agent.send(form_post("/login?user=alice", ""))));
    const HttpResponse next = agent.send(script_call("/app"));
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(next.header("X-Agent-Id"), "alice") << "the application knows its new session";
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows.at(0), "agent"), "alice");
    EXPECT_EQ(text_of(rows.at(0), "ref"), ref_of(next));
}

TEST_P(ApplicationServers, TheNewIdOfALoginKeepsTheRowAndItsStart) {
    start();
    Browser agent = browser();
    const HttpResponse first = agent.send(navigation("/app"));
    const auto before = admin().row(ref_of(first));
    ASSERT_TRUE(before);
    const std::string old_value = value(agent);

    const HttpResponse login = agent.send(form_post("/login?user=alice", ""));
    EXPECT_EQ(status_of(login), "ACTIVE");
    EXPECT_NE(value(agent), old_value);
    EXPECT_NE(application_session(login), application_session(first));
    const HttpResponse next = agent.send(navigation("/app"));
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(application_session(next), application_session(login));

    ASSERT_EQ(admin().current(), 1);
    const auto after = admin().row(ref_of(next));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->at("started"), before->at("started"));
    EXPECT_TRUE(wait_until([&] {
        return admin().read("sessions/" + ref_of(next)).at("requests").to_number<int>() == 3;
    })) << "before the login, the login, and after it";
}

TEST_P(ApplicationServers, AnEndedOneIsRefusedUntilTheReloadWhichReachesTheApplicationWithoutIt) {
    start();
    Browser agent = browser();
    const HttpResponse before = begin(agent);
    const std::string ended = value(agent);
    EXPECT_EQ(admin().terminate({ref_of(before)}), std::vector<std::string>{"terminated"});

    const HttpResponse refused = agent.send(script_call("/app"));
    EXPECT_TRUE(is_message_for_script(refused));
    EXPECT_FALSE(reached_application(refused));
    const HttpResponse message = agent.send(navigation("/app"));
    EXPECT_TRUE(is_message_page(message));
    EXPECT_FALSE(reached_application(message));

    const HttpResponse reloaded = agent.send(navigation("/app"));
    expect_begun_anew(reloaded, before);
    EXPECT_NE(value(agent), ended);
    const HttpResponse next = agent.send(script_call("/app"));
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(ref_of(next), ref_of(reloaded));
    EXPECT_EQ(application_session(next), application_session(reloaded));
    EXPECT_TRUE(is_message_for_script(send_alone(script_call("/app"), ended))) << "alone it stays refused";
}

TEST_P(ApplicationServers, TheButtonReachesTheApplicationWithoutTheEndedCookie) {
    start();
    Browser agent = browser();
    const HttpResponse before = begin(agent);
    admin().terminate({ref_of(before)});
    const HttpResponse pressed = agent.send(navigation(button_target(agent.send(navigation("/app")))));
    EXPECT_EQ(pressed.status, 303);
    EXPECT_EQ(pressed.header("Location"), "/app");
    EXPECT_FALSE(reached_application(pressed));
    expect_begun_anew(agent.send(navigation("/app")), before);
}

TEST_P(ApplicationServers, TheEndedIdIsTakenOutBesideALiveOne) {
    start();
    Browser agent = browser();
    const HttpResponse before = begin(agent);
    const std::string ended = value(agent);
    admin().terminate({ref_of(before)});
    agent.send(navigation("/app"));
    const HttpResponse reloaded = agent.send(navigation("/app"));
    const HttpResponse both = send_alone(script_call("/app"), ended + "; " + name() + "=" + value(agent));
    EXPECT_EQ(status_of(both), "ACTIVE");
    EXPECT_EQ(application_session(both), application_session(reloaded));
    EXPECT_EQ(both.header("X-Cookies-Seen"), name() + "=" + value(agent));
}

TEST_P(ApplicationServers, ALogoutThatClearsTheCookieEndsTheSessionWithoutAMessage) {
    start();
    Browser agent = browser();
    const HttpResponse before = begin(agent);
    const std::string old_value = value(agent);
    EXPECT_TRUE(is_from_application(agent.send(navigation("/logout"))));
    EXPECT_TRUE(agent.jar().empty()) << "the application cleared it";
    EXPECT_EQ(admin().current(), 0);

    const HttpResponse late = send_alone(navigation("/app"), old_value);
    EXPECT_TRUE(is_from_application(late)) << "no message";
    EXPECT_NE(application_session(late), application_session(before));
    EXPECT_EQ(late.header("X-Agent").value_or(""), "");
    EXPECT_EQ(status_of(agent.send(navigation("/app"))), "NEW");
}

TEST_P(ApplicationServers, ALogoutThatLeavesTheCookieEndsTheSessionWhereItsPlaceSaysSo) {
    config.locations = "        location = /logout { agent_sessions_logout 1; " + config.pass + " }\n";
    start();
    Browser agent = browser();
    const HttpResponse before = begin(agent);
    const std::string old_value = value(agent);
    EXPECT_TRUE(is_from_application(agent.send(navigation("/logout?keep"))));
    EXPECT_EQ(value(agent), old_value);
    EXPECT_EQ(admin().current(), 0);

    const HttpResponse next = agent.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(next)) << "no message";
    EXPECT_EQ(status_of(next), "NEW");
    EXPECT_NE(application_session(next), application_session(before));
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows.at(0).at("agent").is_null()) << "nobody's name is taken over after a logout";
}

TEST_P(ApplicationServers, ALogoutThatNobodyIsToldOfLooksLikeALogin) {
    start();
    Browser agent = browser();
    begin(agent);
    const std::string old_value = value(agent);
    agent.send(navigation("/logout?keep"));
    EXPECT_EQ(status_of(agent.send(navigation("/app"))), "ACTIVE");
    EXPECT_NE(value(agent), old_value);
    EXPECT_EQ(admin().current(), 1) << "the same session, as documented";
}

TEST_P(ApplicationServers, AMadeUpIdIsReplacedAndIsNoSession) {
    start();
    const HttpResponse replaced = send_alone(navigation("/app"), "0123456789ABCDEF0123456789ABCDEF");
    EXPECT_TRUE(is_from_application(replaced));
    ASSERT_TRUE(set_cookie_named(replaced, name()));
    EXPECT_EQ(status_of(replaced), "NEW");
    const std::string given = set_cookie_named(replaced, name())->value;
    EXPECT_EQ(status_of(send_alone(script_call("/app"), given)), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
}

INSTANTIATE_TEST_SUITE_P(Real, ApplicationServers, ::testing::ValuesIn(application_server_kinds()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace agent_sessions::e2e
