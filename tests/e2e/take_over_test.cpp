// The session after a terminated one knows its agent, whatever stood in its way at first (PRODUCT 2).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/held_zone.h"

namespace agent_sessions::e2e {
namespace {

class TakeOver : public GatewayTest {
  protected:
    // A browser that sees the message about its terminated session at /app.
    Browser told_browser(const std::string& agent) {
        Browser told = browser();
        admin().terminate({begin_session(told, agent)});
        EXPECT_TRUE(is_message_page(told.send(navigation("/app"))));
        return told;
    }

    void expect_session_of(Browser& agent_browser, const std::string& agent) {
        const HttpResponse response = agent_browser.send(navigation("/app"));
        EXPECT_EQ(status_of(response), "NEW");
        const auto row = admin().row(ref_of(response));
        ASSERT_TRUE(row);
        EXPECT_EQ(row->at("agent").is_string() ? text_of(*row, "agent") : "Guest", agent);
    }
};

TEST_F(TakeOver, WhereTheTableWasFullAtFirst) {
    start();
    Browser alice = told_browser("alice");
    Browser bob = told_browser("bob");
    const auto refs = begin_sessions(1000, "agent");

    const std::string alices = alice.cookie(kCookie).value();
    const HttpResponse reloaded = alice.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(reloaded)) << "a full table costs nobody the application";
    EXPECT_EQ(status_of(reloaded), "UNTRACKED");
    EXPECT_NE(alice.cookie(kCookie), alices);
    EXPECT_TRUE(is_from_application(alice.send(script_call("/api"))));
    const HttpResponse message = bob.send(navigation("/app?other"));
    ASSERT_TRUE(is_message_page(message));
    EXPECT_EQ(bob.send(navigation(button_target(message))).status, 303);
    EXPECT_TRUE(is_from_application(bob.send(navigation("/app"))));
    EXPECT_EQ(admin().current(), 1000);

    admin().terminate({refs[0], refs[1]});
    expect_session_of(alice, "alice");
    expect_session_of(bob, "bob");
    EXPECT_EQ(admin().current(), 1000);
}

TEST_F(TakeOver, WhereThePageThatWasReloadedBeginsNone) {
    config.set("agent_sessions_begin", "$http_x_test_begin");
    start();
    Browser alice = told_browser("alice");
    HttpRequest reload = navigation("/app");
    reload.with("X-Test-Begin", "0");
    EXPECT_TRUE(is_from_application(alice.send(reload)));
    EXPECT_EQ(admin().current(), 0);
    expect_session_of(alice, "alice");
}

// An application that answers once it is told to.
class HesitantApplication {
  public:
    HesitantApplication() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
            listen(listener_, 8) != 0) {
            throw std::runtime_error("cannot listen");
        }
    }
    ~HesitantApplication() {
        close(connection_);
        close(listener_);
    }
    HesitantApplication(const HesitantApplication&) = delete;
    HesitantApplication& operator=(const HesitantApplication&) = delete;

    int port() const { return port_; }
    void take_request() {
        connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        char buffer[4096];
        EXPECT_GT(recv(connection_, buffer, sizeof(buffer), 0), 0);
    }
    void answer() {
        constexpr std::string_view kAnswer =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: "
            "close\r\n\r\nslow";
        send(connection_, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    }

  private:
    int port_ = free_port();
    int listener_;
    int connection_ = -1;
};

TEST_F(TakeOver, WhereTheZoneWasBusyWhenTheAnswerCame) {
    HesitantApplication hesitant;
    config.locations =
        "        location /slow { proxy_pass http://127.0.0.1:" + std::to_string(hesitant.port()) + "; }\n";
    start();
    Browser alice = browser();
    admin().terminate({begin_session(alice, "alice")});
    EXPECT_TRUE(is_message_page(alice.send(navigation("/slow"))));
    const std::string cookie = alice.cookie(kCookie).value();

    HttpResponse reloaded;
    std::thread tab([&] { reloaded = alice.send(navigation("/slow")); });
    hesitant.take_request();
    {
        const HeldZone held(server.prefix() / "run" / (std::string(kZone) + ".segment"));
        hesitant.answer();
        tab.join();
    }
    EXPECT_EQ(reloaded.body, "slow");
    EXPECT_EQ(status_of(reloaded), "UNTRACKED");
    EXPECT_EQ(alice.cookie(kCookie), cookie) << "it alone tells whose the next session is";

    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
    EXPECT_NE(alice.cookie(kCookie), cookie);
    EXPECT_EQ(admin().list("agent=alice").size(), 1U);
}

}  // namespace
}  // namespace agent_sessions::e2e
