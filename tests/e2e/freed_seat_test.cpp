// The seat of an ended session stays free, whatever its pages do by themselves: reload, poll, or connect
// again (PRODUCT 5).
#include <memory>
#include <vector>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/e2e/support/stream_server.h"

namespace agent_sessions::e2e {
namespace {

constexpr auto kCutWithin = std::chrono::milliseconds(2000);

class FreedSeat : public GatewayTest {
  protected:
    FreedSeat() {
        config.http = StreamServer::http();
        config.locations = streams.location();
    }

    void terminate(const std::string& ref) {
        ASSERT_EQ(admin().terminate({ref}, "The shift is over."), std::vector<std::string>{"terminated"});
    }
    // And the agent is told at the next navigation.
    void expect_free(Browser& agent) {
        EXPECT_EQ(admin().current(), 0);
        const HttpResponse page = agent.send(navigation("/another"));
        EXPECT_TRUE(is_message_page(page));
        EXPECT_NE(page.body.find("The shift is over."), std::string::npos);
        EXPECT_EQ(admin().current(), 0);
    }
    std::unique_ptr<RawConnection> connect(const Browser& agent) const {
        auto socket = std::make_unique<RawConnection>(config.port);
        EXPECT_TRUE(socket->send(websocket_request(
            "/stream/socket", std::string(kCookie) + "=" + agent.cookie(kCookie).value_or(""))));
        return socket;
    }

    StreamServer streams;
};

TEST_F(FreedSeat, IsNotTakenByAnApplicationThatReloadsItself) {
    start();
    Browser agent = browser();
    terminate(begin_session(agent, "alice"));
    for (int reload = 0; reload < 5; ++reload) {
        EXPECT_TRUE(is_message_page(agent.send(navigation_by_page("/app"))));
    }
    expect_free(agent);
}

TEST_F(FreedSeat, IsNotTakenByOneThatPollsInFiveTabs) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent, "alice");
    std::vector<Connection*> tabs;
    for (int tab = 0; tab < 5; ++tab) {
        tabs.push_back(&agent.open_tab());
        EXPECT_TRUE(is_from_application(agent.send(script_call("/poll"), *tabs.back())));
    }
    terminate(ref);
    for (int round = 0; round < 3; ++round) {
        for (Connection* tab : tabs) {
            EXPECT_TRUE(is_message_for_script(agent.send(script_call("/poll"), *tab)));
        }
    }
    expect_free(agent);
}

TEST_F(FreedSeat, IsNotTakenByOneThatKeepsAWebsocket) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent, "alice");
    const auto socket = connect(agent);
    ASSERT_TRUE(socket->receives("101 Switching"));
    terminate(ref);
    EXPECT_TRUE(socket->ends_within(kCutWithin));
    for (int again = 0; again < 3; ++again) {
        const auto next = connect(agent);
        EXPECT_TRUE(next->receives("HTTP/1.1 403"));
        EXPECT_TRUE(next->receives("Agent-Session: ended"));
    }
    EXPECT_EQ(streams.open(), 0U);
    expect_free(agent);
}

}  // namespace
}  // namespace agent_sessions::e2e
