// What becomes of requests that can't be tracked: they pass, or are refused where agent_sessions_untracked
// says so (PRODUCT 8).
#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/held_zone.h"

namespace agent_sessions::e2e {
namespace {

class Untracked : public GatewayTest {
  protected:
    Untracked() {
        config.set("agent_sessions_untracked", "refuse").set("agent_sessions_begin", "$arg_begin");
        config.locations =
            "        location /open/ { agent_sessions_untracked pass; proxy_pass http://application; }\n";
    }

    std::filesystem::path segment() const {
        return server.prefix() / "run" / (std::string(kZone) + ".segment");
    }

    static ::testing::AssertionResult is_refused_page(const HttpResponse& response) {
        if (response.status != 503 || !response.header("Retry-After") ||
            !response.all("Set-Cookie").empty() ||
            response.header("Content-Type").value_or("").rfind("text/html", 0) != 0 ||
            status_of(response) != "REFUSED") {
            return ::testing::AssertionFailure() << "not the page of the refusal: " << response.status << ' '
                                                 << response.error << ' ' << response.body.substr(0, 500);
        }
        return ::testing::AssertionSuccess();
    }
};

TEST_F(Untracked, WhereTheTableIsFullWhatWouldBeginIsRefused) {
    start();
    Browser fresh = browser();
    fresh.send(navigation("/app"));
    Browser live = browser();
    const std::string ref = begin_session(live, "alice");
    const auto refs = begin_sessions(999, "agent");
    const std::int64_t untracked = admin().read("usage").at("untracked").to_number<std::int64_t>();
    const std::size_t mark = application.mark();

    Browser stranger = browser();
    EXPECT_TRUE(is_refused_page(stranger.send(navigation("/app"))));
    EXPECT_TRUE(stranger.jar().empty());
    EXPECT_TRUE(is_refused_page(fresh.send(navigation("/app"))));
    EXPECT_TRUE(is_refused_page(fresh.send(form_post("/app", "a=1"))));
    const HttpResponse call = fresh.send(script_call("/api"));
    expect_problem(call, 503, "session_unavailable");
    EXPECT_TRUE(call.header("Retry-After"));
    EXPECT_TRUE(application.requests_since(mark).empty()) << application.log_since(mark);
    EXPECT_EQ(admin().read("usage").at("untracked").to_number<std::int64_t>(), untracked)
        << "what is refused has not passed";
    EXPECT_NE(server.error_log().find("refused a request because its table is full"), std::string::npos);

    EXPECT_EQ(status_of(live.send(navigation("/app"))), "ACTIVE");
    EXPECT_TRUE(is_from_application(stranger.send(script_call("/api")))) << "nothing begins with it";
    EXPECT_TRUE(is_from_application(stranger.send(navigation("/app?begin=0")))) << "nor here";
    EXPECT_TRUE(is_from_application(fresh.send(navigation("/open/page")))) << "here it is not refused";

    EXPECT_EQ(admin().terminate({refs[0]}), std::vector<std::string>{"terminated"});
    EXPECT_EQ(status_of(fresh.send(navigation("/app"))), "NEW");
}

TEST_F(Untracked, AReactivationIsNotUsedUpByARefusal) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    admin().terminate({ref});
    const HttpResponse message = alice.send(navigation("/app"));
    ASSERT_TRUE(is_message_page(message));
    const auto refs = begin_sessions(1000, "agent");
    EXPECT_TRUE(is_refused_page(alice.send(navigation("/app"))));
    EXPECT_TRUE(is_refused_page(alice.send(navigation(button_target(message)))));
    admin().terminate({refs[0]});
    EXPECT_EQ(alice.send(navigation(button_target(message))).status, 303);
    EXPECT_EQ(admin().list("agent=alice").size(), 1U);
}

TEST_F(Untracked, WhileTheZoneIsBusyWhatIsNotKnownIsRefusedOrPasses) {
    start();
    Browser fresh = browser();
    fresh.send(navigation("/app"));
    Browser live = browser();
    begin_session(live, "alice");
    Browser ended = browser();
    admin().terminate({begin_session(ended, "bob")});
    {
        const HeldZone held(segment());
        EXPECT_TRUE(is_refused_page(fresh.send(navigation("/app"))));
        expect_problem(fresh.send(script_call("/api")), 503, "session_unavailable");
        const HttpResponse passed = fresh.send(navigation("/open/page"));
        EXPECT_TRUE(is_from_application(passed));
        EXPECT_EQ(status_of(passed), "UNTRACKED");
        EXPECT_EQ(status_of(live.send(navigation("/app"))), "ACTIVE") << "needs no lock";
        for (const char* target : {"/app", "/open/page"}) {
            EXPECT_TRUE(is_message_page(ended.send(navigation(target)))) << "an ended one is refused always";
        }
    }
    EXPECT_EQ(status_of(fresh.send(navigation("/app"))), "NEW");
}

}  // namespace
}  // namespace agent_sessions::e2e
