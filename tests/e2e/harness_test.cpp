// The harness itself, with an nginx without our module: what the other tests take for granted.
#include "tests/e2e/support/flood.h"
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Harness : public GatewayTest {
  protected:
    Harness() {
        config.with_module = false;
        config.server = "        add_header X-Worker $pid always;\n";
        config.locations = "        location = /alarm { return 200 alarm; }\n";
    }
};

TEST_F(Harness, ApplicationAnswersThroughTheGatewayAndItsLogShowsIt) {
    start();
    const std::size_t mark = application.mark();
    Browser agent = browser();
    EXPECT_TRUE(is_from_application(agent.send(navigation("/login-cookie"))));
    EXPECT_EQ(agent.cookie("application"), "7f");
    EXPECT_EQ(agent.send(form_post("/refused/401", "a=b")).status, 401);
    EXPECT_EQ(application.requests_since(mark),
              (std::vector<std::string>{"GET /login-cookie", "POST /refused/401"}));
}

TEST_F(Harness, ConnectionsAreKeptOpen) {
    use_tls();
    start();
    for (const Origin place : {origin(), https_origin()}) {
        Connection connection(place);
        EXPECT_EQ(connection.send(navigation("/a")).new_connections, 1);
        const HttpResponse second = connection.send(navigation("/b"));
        EXPECT_EQ(second.new_connections, 0);
        EXPECT_EQ(second.http2, place.protocol == Protocol::https);
    }
}

TEST_F(Harness, TlsAndManyRequestsAtOnce) {
    use_tls();
    start();
    Connection connection(https_origin());
    const HttpResponse response = connection.send(navigation("/tls"));
    EXPECT_TRUE(is_from_application(response));
    EXPECT_TRUE(response.http2);
    const std::vector<HttpRequest> requests(20, navigation("/together"));
    for (const HttpResponse& answer : send_together(requests, https_origin())) {
        EXPECT_TRUE(is_from_application(answer));
    }
}

TEST_F(Harness, ReloadKillAndUpgradeAreSeen) {
    start();
    const std::vector<pid_t> before = server.workers();
    ASSERT_EQ(before.size(), 2U);
    EXPECT_TRUE(server.reload());
    const std::vector<pid_t> after = server.workers();
    EXPECT_NE(before, after);
    EXPECT_TRUE(server.kill_worker(after[0]));
    const pid_t old = server.master();
    const pid_t renewed = server.upgrade();
    EXPECT_NE(renewed, old);
    EXPECT_EQ(server.old_master(), old);
    EXPECT_TRUE(is_from_application(Connection(origin()).send(navigation("/upgraded"))));
}

TEST_F(Harness, FloodCountsAnswers) {
    config.locations = "        location = /plain { return 204; }\n";
    start();
    const auto answers = flood(config.port, "GET /plain HTTP/1.1\r\nHost: gateway\r\n\r\n", 20000);
    EXPECT_EQ(answers, (std::map<int, std::size_t>{{204, 20000}}));
}

TEST_F(Harness, BrokenConfigurationIsToldAndLeavesNothing) {
    config.http = "    no_such_directive on;\n";
    server.configure(config.text());
    const CommandResult checked = server.check_configuration();
    EXPECT_NE(checked.exit_code, 0);
    EXPECT_NE(checked.output.find("unknown directive \"no_such_directive\""), std::string::npos)
        << checked.output;
    const CommandResult started = server.start_refused();
    EXPECT_NE(started.output.find("unknown directive"), std::string::npos) << started.output;
}

}  // namespace
}  // namespace agent_sessions::e2e
