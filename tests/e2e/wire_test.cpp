// What clients do to their connections: streams, crumbs, half requests, aborts. The workers live, and the
// counts stay true.
#include <algorithm>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/raw_connection.h"

namespace agent_sessions::e2e {
namespace {

class Wire : public GatewayTest {
  protected:
    void start() {
        GatewayTest::start();
        workers_ = server.workers();
    }

    void TearDown() override {
        EXPECT_EQ(server.workers(), workers_) << "no worker died";
        AdminClient supervisor = admin();
        EXPECT_EQ(supervisor.current(), static_cast<std::int64_t>(supervisor.all_refs("", 500).size()));
    }

    static std::string cookie_line(const Browser& agent_browser) {
        const auto& [name, value] = *agent_browser.jar().begin();
        return name + "=" + value;
    }

    // A request header without its end.
    static std::string request_text(const std::string& method, const std::string& target,
                                    const Browser& agent_browser) {
        return method + " " + target +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + cookie_line(agent_browser) + "\r\n";
    }

    // A browser with a session that was ended.
    Browser ended_browser() {
        Browser ended = browser();
        admin().terminate({begin_session(ended, "ended")});
        return ended;
    }

    std::vector<pid_t> workers_;
};

TEST_F(Wire, StreamsOfAnOpenHttp2ConnectionAreAllToldWhenTheSessionEnds) {
    use_tls();
    start();
    Browser alice(https_origin());
    const std::string ref = begin_session(alice, "alice");
    Browser bob(https_origin());
    begin_session(bob, "bob");
    Multiplexed connection(https_origin());
    // Every third stream is another agent's.
    std::vector<HttpRequest> requests;
    for (int number = 0; number < 60; ++number) {
        requests.push_back(number % 2 == 0 ? navigation("/page/" + std::to_string(number))
                                           : script_call("/api/" + std::to_string(number)));
        requests.back().with("Cookie", cookie_line(number % 3 == 0 ? bob : alice));
    }
    long connections = 0;
    for (const HttpResponse& response : connection.send(requests)) {
        EXPECT_TRUE(is_from_application(response));
        EXPECT_TRUE(response.http2);
        connections += response.new_connections;
    }
    EXPECT_EQ(connections, 1);

    admin().terminate({ref});
    const std::size_t mark = application.mark();
    const auto responses = connection.send(requests);
    for (std::size_t number = 0; number < responses.size(); ++number) {
        const HttpResponse& response = responses[number];
        EXPECT_EQ(response.new_connections, 0) << "the connection was open before";
        if (number % 3 == 0) {
            EXPECT_TRUE(is_from_application(response)) << number;
        } else {
            EXPECT_TRUE(number % 2 == 0 ? is_message_page(response) : is_message_for_script(response));
        }
    }
    EXPECT_EQ(application.requests_since(mark).size(), 20U) << "bob's alone";
}

TEST_F(Wire, AnEndedCookieInAnyHeaderFieldOfHttp2IsRefused) {
    use_tls();
    start();
    Browser alice(https_origin());
    const std::string ref = begin_session(alice, "alice");
    Browser bob(https_origin());
    begin_session(bob, "bob");
    admin().terminate({ref});
    const std::size_t mark = application.mark();
    const std::string ended = cookie_line(alice);
    const std::vector<std::vector<std::string>> crumbs = {{ended, "a=1"},
                                                          {"a=1", ended},
                                                          {"a=1", "b=2", ended, "c=3"},
                                                          {ended, ended},
                                                          {"a=1; " + ended, "b=2"}};
    for (const auto& fields : crumbs) {
        HttpRequest request = script_call("/api");
        for (const std::string& field : fields) {
            request.with("Cookie", field);
        }
        EXPECT_TRUE(is_message_for_script(Connection(https_origin()).send(request))) << fields.front();
    }
    for (const auto& fields :
         {std::vector<std::string>{ended, cookie_line(bob)}, {cookie_line(bob), ended}}) {
        HttpRequest request = script_call("/api");
        for (const std::string& field : fields) {
            request.with("Cookie", field);
        }
        expect_problem(Connection(https_origin()).send(request), 400, "cookie_conflict");
    }
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Wire, OversizedHeadersOfHttp2HarmNobody) {
    use_tls();
    start();
    Browser alice(https_origin());
    const std::string ref = begin_session(alice, "alice");
    for (const std::size_t size : {std::size_t{4'000}, std::size_t{9'000}, std::size_t{64'000}}) {
        HttpRequest request = script_call("/api");
        request.with("Cookie", "a=" + std::string(size, 'x')).with("Cookie", cookie_line(alice));
        const HttpResponse response = Connection(https_origin()).send(request);
        // Within nginx' own limits it is alice's, beyond them nginx refuses or hangs up.
        EXPECT_TRUE(ref_of(response) == ref || response.status == 0 || response.status >= 400)
            << size << ": " << response.status;
    }
    HttpRequest many = script_call("/api");
    for (int number = 0; number < 300; ++number) {
        many.with("Cookie", "a" + std::to_string(number) + "=1");
    }
    many.with("Cookie", cookie_line(alice));
    EXPECT_EQ(ref_of(Connection(https_origin()).send(many)), ref);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Wire, AConnectionGoesOnAfterARefusalWhoseBodyWasNeverRead) {
    start();
    const Browser ended = ended_browser();
    const std::size_t mark = application.mark();
    RawConnection connection(config.port);
    for (int time = 0; time < 3; ++time) {
        const std::string body(200'000, 'x');
        ASSERT_TRUE(connection.send(request_text("POST", "/step", ended) +
                                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
        EXPECT_EQ(status_of_raw(connection.read_answer()), 403) << "answered before the body came";
        ASSERT_TRUE(connection.send(body));
        ASSERT_TRUE(connection.send(request_text("GET", "/next", ended) + "\r\n"));
        EXPECT_EQ(status_of_raw(connection.read_answer()), 403) << "the body is not taken for a request";
    }
    ASSERT_TRUE(connection.send("GET /app HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    EXPECT_EQ(status_of_raw(connection.read_answer()), 200);
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{"GET /app"});
}

TEST_F(Wire, NobodyIsAskedToSendABodyThatIsRefused) {
    start();
    const Browser ended = ended_browser();
    Browser live = browser();
    begin_session(live, "alice");
    const std::string rest = "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    RawConnection refused(config.port);
    ASSERT_TRUE(refused.send(request_text("POST", "/step", ended) + rest));
    EXPECT_EQ(status_of_raw(refused.read_answer()), 403) << "no 100 before it";
    RawConnection passed(config.port);
    ASSERT_TRUE(passed.send(request_text("POST", "/step", live) + rest));
    EXPECT_EQ(status_of_raw(passed.read_answer()), 100);
    ASSERT_TRUE(passed.send("a=b&c"));
    EXPECT_EQ(status_of_raw(passed.read_answer()), 200);
}

TEST_F(Wire, MalformedBodiesAreRefusedAndHarmNobody) {
    start();
    const Browser ended = ended_browser();
    Browser live = browser();
    begin_session(live, "alice");
    const std::size_t mark = application.mark();
    for (const char* body :
         {"zz\r\nx\r\n0\r\n\r\n", "-1\r\nx\r\n0\r\n\r\n", "fffffffffffffffff\r\nx\r\n0\r\n\r\n",
          "5\r\nhello world\r\n0\r\n\r\n", "\r\n\r\n"}) {
        for (const Browser* client : {&ended, static_cast<const Browser*>(&live)}) {
            RawConnection connection(config.port);
            ASSERT_TRUE(connection.send(request_text("POST", "/step", *client) +
                                        "Transfer-Encoding: chunked\r\n\r\n" + body));
            const int status = status_of_raw(connection.read_answer());
            EXPECT_TRUE(status == 400 || (client == &ended && status == 403)) << status << ": " << body;
        }
    }
    // Cut off in the middle of a chunk.
    for (const Browser* client : {&ended, static_cast<const Browser*>(&live)}) {
        RawConnection connection(config.port);
        ASSERT_TRUE(connection.send(request_text("POST", "/step", *client) +
                                    "Transfer-Encoding: chunked\r\n\r\n400\r\nhalf"));
        connection.abort();
    }
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
    EXPECT_EQ(status_of(live.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Wire, ClientsThatGoAwayInTheMiddleHarmNobody) {
    config.locations = "        location /big/ { limit_rate 1k; root html; }\n";
    std::filesystem::create_directories(server.prefix() / "html/big");
    write_file(server.prefix() / "html/big/page", std::string(1'000'000, 'x'));
    start();
    const Browser ended = ended_browser();
    Browser live = browser();
    begin_session(live, "alice");
    AdminClient supervisor = admin();
    for (int time = 0; time < 20; ++time) {
        Browser fresh = browser();
        fresh.send(navigation("/app"));
        for (const Browser* client :
             {static_cast<const Browser*>(&live), static_cast<const Browser*>(&fresh), &ended}) {
            // Before the answer, in its middle, in the middle of the header, and of the body.
            RawConnection impatient(config.port);
            impatient.send(request_text("GET", "/app", *client) + "\r\n");
            impatient.abort();
            RawConnection tired(config.port);
            tired.send(request_text("GET", "/big/page", *client) + "\r\n");
            RawConnection silent(config.port);
            silent.send(request_text("GET", "/app", *client));
            silent.abort();
            RawConnection cut(config.port);
            cut.send(request_text("POST", "/step", *client) + "Content-Length: 100000\r\n\r\nhalf");
            cut.abort();
            tired.abort();
        }
        EXPECT_EQ(supervisor.get("sessions?limit=500").status, 200);
    }
    EXPECT_EQ(status_of(live.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(supervisor.list("agent=alice").size(), 1U);
}

}  // namespace
}  // namespace agent_sessions::e2e
