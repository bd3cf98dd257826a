// What is open when a session ends, ends with it: on every worker, old ones too, and nothing else does
// (PRODUCT 5; RELIABILITY S14).
#include <future>
#include <memory>
#include <vector>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/e2e/support/stream_server.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

// The hard limit; what is aimed at is a second.
constexpr auto kCutWithin = std::chrono::milliseconds(2000);

std::string cookies_of(const Browser& browser) {
    std::string text;
    for (const auto& [name, value] : browser.jar()) {
        text += (text.empty() ? "" : "; ") + name + "=" + value;
    }
    return text;
}

class OpenConnections : public GatewayTest {
  protected:
    OpenConnections() {
        config.http = StreamServer::http();
        config.locations = streams.location();
    }

    // A websocket that has carried a message both ways.
    std::unique_ptr<RawConnection> websocket(const std::string& cookies,
                                             const std::string& query = "") const {
        auto socket = std::make_unique<RawConnection>(config.port);
        EXPECT_TRUE(socket->send(websocket_request("/stream/socket" + query, cookies)));
        EXPECT_TRUE(socket->receives("101 Switching"));
        EXPECT_TRUE(socket->receives("\r\n\r\n"));
        EXPECT_TRUE(echoes(*socket));
        return socket;
    }

    static bool echoes(RawConnection& socket) {
        return socket.send(websocket_message("hello")) && socket.receives("hello");
    }

    void TearDown() override {
        for (const char* level : {"[error]", "[crit]", "[alert]", "[emerg]"}) {
            EXPECT_EQ(server.error_log().find(level), std::string::npos) << server.error_log();
        }
    }

    StreamServer streams;
};

TEST_F(OpenConnections, TheWebsocketOfAnEndedSessionIsCutAndNoOther) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser bob = browser();
    begin_session(bob, "bob");
    const auto first = websocket(cookies_of(alice));
    const auto second = websocket(cookies_of(alice));
    const auto of_bob = websocket(cookies_of(bob));
    const auto of_nobody = websocket("");
    ASSERT_EQ(streams.open(), 4U);

    ASSERT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
    EXPECT_TRUE(first->ends_within(kCutWithin));
    EXPECT_TRUE(second->ends_within(kCutWithin));
    EXPECT_TRUE(wait_until([&] { return streams.open() == 2; })) << "the application learns of it";
    EXPECT_TRUE(echoes(*of_bob));
    EXPECT_TRUE(echoes(*of_nobody));
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
}

struct Kind {
    const char* name;
    std::string request;  // up to the cookies
    std::string come;     // what comes of it before the end
    std::string body;
};

void PrintTo(const Kind& kind, std::ostream* stream) {
    *stream << kind.name;
}

class Kinds : public OpenConnections, public ::testing::WithParamInterface<Kind> {};

TEST_P(Kinds, AreCut) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    RawConnection connection(config.port);
    ASSERT_TRUE(connection.send(GetParam().request + "Host: 127.0.0.1\r\nCookie: " + cookies_of(alice) +
                                "\r\n\r\n" + GetParam().body));
    if (!GetParam().come.empty()) {
        EXPECT_TRUE(connection.receives(GetParam().come));
    }
    ASSERT_TRUE(wait_until([&] { return streams.open() == 1; }));

    admin().terminate({ref});
    EXPECT_TRUE(connection.ends_within(kCutWithin));
    EXPECT_TRUE(wait_until([&] { return streams.open() == 0; })) << "the application learns of it";
}

INSTANTIATE_TEST_SUITE_P(
    OpenConnections, Kinds,
    ::testing::Values(Kind{"EventStream", "GET /stream/events HTTP/1.1\r\n", "data: tick", ""},
                      Kind{"Download", "GET /stream/download?ticks=100000 HTTP/1.1\r\n", "dddd", ""},
                      Kind{"Upload", "POST /stream/upload HTTP/1.1\r\nContent-Length: 1000000\r\n", "",
                           "half"},
                      Kind{"LongPoll", "GET /stream/silent HTTP/1.1\r\n", "", ""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(OpenConnections, AnUploadThatNginxBuffersIsCut) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::size_t mark = application.mark();
    RawConnection connection(config.port);
    ASSERT_TRUE(connection.send(
        "POST /form HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\nCookie: " + cookies_of(alice) +
        "\r\n\r\nhalf"));
    // A request on another connection of the same worker shows that this one was read.
    for (Connection* tab : tabs_on_every_worker(alice)) {
        EXPECT_EQ(status_of(alice.send(navigation("/app"), *tab)), "ACTIVE");
    }
    admin().terminate({ref});
    EXPECT_TRUE(connection.ends_within(kCutWithin));
    EXPECT_EQ(application.log_since(mark).find("/form"), std::string::npos);
}

TEST_F(OpenConnections, ASessionThatRunsOutIsCutToo) {
    config.set("agent_sessions_timeout", "2s");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto socket = websocket(cookies_of(alice));
    EXPECT_FALSE(socket->ends_within(std::chrono::milliseconds(500)));
    EXPECT_TRUE(socket->ends_within(kPatience));
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(OpenConnections, AnotherAgentOnTheSameCookieDoesNotInheritAnOpenWebsocket) {
    start();
    Browser kiosk = browser();
    const std::string ref = begin_session(kiosk, "alice");
    const auto of_alice = websocket(cookies_of(kiosk));
    const HttpResponse changed = kiosk.send(navigation("/app").with("X-Test-Login", "bob"));
    EXPECT_NE(ref_of(changed), ref);
    EXPECT_TRUE(is_from_application(changed)) << "the answer that brings the new name goes out";
    EXPECT_TRUE(of_alice->ends_within(kCutWithin));
    const auto of_bob = websocket(cookies_of(kiosk));
    EXPECT_FALSE(of_bob->ends_within(std::chrono::milliseconds(700)));
}

TEST_F(OpenConnections, ALogoutCutsWhatIsOpenAndItsOwnAnswerGoesOut) {
    config.http += "    map $uri $logs_out { /stream/download 1; default ''; }\n";
    config.set("agent_sessions_logout", "$logs_out");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto socket = websocket(cookies_of(alice));
    const HttpResponse answer = alice.send(script_call("/stream/download?ticks=40"));
    EXPECT_EQ(answer.body.size(), 40U * 1024);
    EXPECT_EQ(answer.error, "");
    EXPECT_TRUE(socket->ends_within(kCutWithin));
}

TEST_F(OpenConnections, TheNextSessionsConnectionsStay) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const auto before = websocket(cookies_of(alice));
    admin().terminate({ref});
    const std::string button = button_target(alice.send(navigation("/app")));
    EXPECT_EQ(alice.send(navigation(button)).status, 303);
    const auto after = websocket(cookies_of(alice));
    EXPECT_TRUE(before->ends_within(kCutWithin));
    EXPECT_FALSE(after->ends_within(std::chrono::milliseconds(700)));
    EXPECT_TRUE(echoes(*after));
}

TEST_F(OpenConnections, OfOneHttp2ConnectionOnlyTheEndedSessionsStreamIsReset) {
    use_tls();
    config.server = "        add_header X-Connection $connection;\n";
    start();
    Browser alice(https_origin());
    const std::string ref = begin_session(alice, "alice");
    Browser bob(https_origin());
    begin_session(bob, "bob");
    constexpr std::size_t kTicks = 100;
    auto both = std::async(std::launch::async, [&] {
        return send_together(
            {script_call("/stream/events").with("Cookie", cookies_of(alice)),
             script_call("/stream/download?ticks=" + std::to_string(kTicks)).with("Cookie", cookies_of(bob))},
            https_origin());
    });
    ASSERT_TRUE(wait_until([&] { return streams.open() == 2; }));
    admin().terminate({ref});
    EXPECT_TRUE(wait_until([&] { return streams.open() == 1; }, kCutWithin));
    const std::vector<HttpResponse> responses = both.get();
    EXPECT_NE(responses[0].error, "") << "the stream was reset";
    EXPECT_NE(responses[0].body.find("data: tick"), std::string::npos);
    EXPECT_EQ(responses[1].error, "");
    EXPECT_EQ(responses[1].body.size(), kTicks * 1024);
    EXPECT_EQ(responses[0].header("X-Connection"), responses[1].header("X-Connection"));
    EXPECT_TRUE(responses[1].http2);
}

TEST_F(OpenConnections, OldWorkersCutThemAfterReloadsAndThenExit) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser bob = browser();
    begin_session(bob, "bob");
    auto of_bob = websocket(cookies_of(bob));
    std::vector<std::unique_ptr<RawConnection>> of_alice;
    for (int time = 0; time < 3; ++time) {
        of_alice.push_back(websocket(cookies_of(alice)));
        ASSERT_TRUE(server.reload());
    }
    EXPECT_GT(children_of(server.master()).size(), 2U) << "old workers go on with them";
    admin().terminate({ref});
    for (const auto& socket : of_alice) {
        EXPECT_TRUE(socket->ends_within(kCutWithin));
    }
    EXPECT_TRUE(echoes(*of_bob));
    EXPECT_TRUE(wait_until([&] { return children_of(server.master()).size() == 3; }))
        << "bob's is the last old one";
    of_bob.reset();
    EXPECT_TRUE(wait_until([&] { return children_of(server.master()).size() == 2; }));
}

TEST_F(OpenConnections, TheWorkersOfAnOldMasterCutThem) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser bob = browser();
    begin_session(bob, "bob");
    const auto of_alice = websocket(cookies_of(alice));
    const auto of_bob = websocket(cookies_of(bob));
    ASSERT_NE(server.upgrade(), 0);
    admin().terminate({ref});
    EXPECT_TRUE(of_alice->ends_within(kCutWithin));
    EXPECT_TRUE(echoes(*of_bob));
}

// T23: a thousand in the long form, half of them on workers that five reloads have made old.
TEST_F(OpenConnections, FiveHundredWebsocketsEndByOneAct) {
    const std::size_t tabs = agent_sessions::testing::is_soak() ? 10 : 5;
    config.worker_connections = 4096;
    start();
    Browser bob = browser();
    begin_session(bob, "bob");
    const auto of_bob = websocket(cookies_of(bob));
    std::vector<std::unique_ptr<RawConnection>> sockets;
    for (int number = 0; number < 100; ++number) {
        Browser agent = browser();
        begin_session(agent, "crowd" + std::to_string(number));
        for (std::size_t tab = 0; tab < tabs; ++tab) {
            sockets.push_back(websocket(cookies_of(agent)));
        }
        if (agent_sessions::testing::is_soak() && number % 10 == 9 && number < 50) {
            ASSERT_TRUE(server.reload());
        }
    }
    ASSERT_EQ(streams.open(), 100 * tabs + 1);
    const HttpResponse ended =
        admin().post("sessions/terminate", R"({"filter":{"q":"crowd"},"expected":100})");
    ASSERT_EQ(ended.status, 200) << ended.body;
    const auto deadline = std::chrono::steady_clock::now() + kCutWithin;
    for (const auto& socket : sockets) {
        EXPECT_TRUE(socket->ends_within(std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now())));
    }
    EXPECT_TRUE(wait_until([&] { return streams.open() == 1; }));
    EXPECT_TRUE(echoes(*of_bob));
}

TEST_F(OpenConnections, AnInteractionIsOpenForAsLongAsItsWebsocketIs) {
    config.set("agent_sessions_timeout", "10m instance=2s");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const auto instances = [&] { return admin().row(ref)->at("instances").to_number<int>(); };
    auto socket = websocket(cookies_of(alice), "?interaction=Chat&instance=1");
    EXPECT_EQ(instances(), 1);
    EXPECT_FALSE(wait_until([&] { return instances() == 0; }, std::chrono::milliseconds(4000)))
        << "it is refreshed";
    socket.reset();
    EXPECT_TRUE(wait_until([&] { return instances() == 0; }));
}

TEST_F(OpenConnections, TheEndOfAWebsocketClosesItsInteractionUnlessAnotherTookItsPlace) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const auto details = [&] { return admin().read("sessions/" + ref).at("open_instances").as_array(); };
    auto first = websocket(cookies_of(alice), "?interaction=Chat&instance=1");
    const auto opened = details();
    ASSERT_EQ(opened.size(), 1U);
    auto second = websocket(cookies_of(alice), "?interaction=Chat&instance=1");
    first.reset();
    EXPECT_FALSE(wait_until([&] { return details().empty(); }, std::chrono::milliseconds(4000)));
    EXPECT_EQ(details()[0].at("opened"), opened[0].at("opened"));
    second.reset();
    EXPECT_TRUE(wait_until([&] { return details().empty(); })) << "long before its own timeout";
}

}  // namespace
}  // namespace agent_sessions::e2e
