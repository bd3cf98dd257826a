// Strangers without cookies cost nothing and push nobody out (issue 2, point 7).
#include "tests/e2e/support/flood.h"

#include <map>
#include <set>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Flood : public GatewayTest {
  protected:
    static constexpr std::size_t kRequests = 200'000;
    static constexpr std::size_t kAllowedGrowthKib = 4096;

    std::string navigation_text(const std::string& more = "") const {
        return "GET /plain HTTP/1.1\r\nHost: gateway\r\nAccept: text/html\r\n" + more + "\r\n";
    }
};

TEST_F(Flood, RequestsWithoutCookiesBeginNothingTakeNoMemoryAndPushNobodyOut) {
    config.locations = "        location = /plain { access_log off; return 200 'x'; }\n";
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    // The first ones warm up what nginx keeps for itself.
    flood(config.port, navigation_text(), 20'000);
    std::map<pid_t, std::size_t> memory;
    for (const pid_t worker : server.workers()) {
        memory[worker] = resident_kib(worker);
    }
    const auto health_before = admin().read("usage?account=default");

    const auto answers = flood(config.port, navigation_text(), kRequests);
    EXPECT_EQ(answers, (std::map<int, std::size_t>{{200, kRequests}}));

    for (const auto& [worker, before] : memory) {
        EXPECT_LT(resident_kib(worker), before + kAllowedGrowthKib) << "worker " << worker;
    }
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), ref);
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
    const auto fresh = begin_sessions(900, "later");
    EXPECT_EQ(admin().current(), 901) << "the table has all its room";
}

TEST_F(Flood, ForgedCookiesBeginNothingAndPushNobodyOut) {
    config.locations = "        location = /plain { access_log off; return 200 'x'; }\n";
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto answers = flood(
        config.port,
        navigation_text("Cookie: agent_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"),
        20'000);
    EXPECT_EQ(answers, (std::map<int, std::size_t>{{200, 20'000}}));
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Flood, AFullTableLetsRequestsPassAndKeepsEverybody) {
    start();
    const auto refs = begin_sessions(1000, "agent");
    Browser extra = browser();
    extra.send(navigation("/app"));
    const HttpResponse response = extra.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(response)) << "tracking never costs a request";
    const auto listed = admin().all_refs("", 500);
    const std::set<std::string> all(listed.begin(), listed.end());
    for (const std::string& ref : refs) {
        EXPECT_EQ(all.count(ref), 1U);
    }
    EXPECT_EQ(admin().current(), static_cast<std::int64_t>(all.size()));
}

}  // namespace
}  // namespace agent_sessions::e2e
