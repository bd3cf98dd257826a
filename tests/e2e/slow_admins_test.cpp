// Clients of the admin endpoint that send or read slowly, too much, or out of turn (RELIABILITY T29): the
// workers keep serving, and what a request may cost is bounded.
#include <memory>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/process.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

class SlowAdmins : public GatewayTest {
  protected:
    static std::string header(const std::string& request_line, const std::string& more = "") {
        return request_line +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Test-Accounts: *\r\nX-Test-Role: admin\r\n"
               "X-Test-User: supervisor\r\nContent-Type: application/json\r\n" +
               more + "\r\n";
    }
    std::size_t resident() const {
        std::size_t sum = 0;
        for (const pid_t worker : server.workers()) {
            sum += resident_kib(worker);
        }
        return sum;
    }

    const std::size_t clients_ = is_soak() ? 500 : 100;
    static constexpr std::size_t kBodyBytes = 1'000'000;
};

// Each holds a body of nearly a megabyte that never ends.
TEST_F(SlowAdmins, WhoSendsSlowlyCostsLittleMoreThanTheBodyAndHoldsNobodyUp) {
    config.worker_connections = 4096;
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::size_t before = resident();
    std::vector<std::unique_ptr<RawConnection>> slow;
    const std::string part(kBodyBytes - 1, ' ');
    for (std::size_t number = 0; number < clients_; ++number) {
        slow.push_back(std::make_unique<RawConnection>(config.port));
        ASSERT_TRUE(slow.back()->send(header("POST /admin/api/1/sessions/terminate",
                                             "Content-Length: " + std::to_string(kBodyBytes) + "\r\n")));
        ASSERT_TRUE(slow.back()->send(part));
    }
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
    EXPECT_LE(resident(), before + clients_ * (kBodyBytes / 1024 + 128));
    slow.clear();
    EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
}

// Each asks for a long answer and takes none of it.
TEST_F(SlowAdmins, WhoReadsSlowlyCostsAtMostAMegabyteEachAndHoldsNobodyUp) {
    config.worker_connections = 4096;
    start();
    const auto refs = begin_sessions(is_soak() ? 500 : 200, "agent");
    const std::size_t before = resident();
    std::vector<std::unique_ptr<RawConnection>> slow;
    for (std::size_t number = 0; number < clients_; ++number) {
        slow.push_back(std::make_unique<RawConnection>(config.port));
        for (int time = 0; time < 20; ++time) {
            ASSERT_TRUE(slow.back()->send(header("GET /admin/api/1/sessions?limit=500")));
        }
    }
    EXPECT_EQ(admin().current(), static_cast<std::int64_t>(refs.size()));
    EXPECT_LE(resident(), before + clients_ * 1024);
}

TEST_F(SlowAdmins, AGigabyteIsRefusedUnread) {
    start();
    const std::size_t before = resident();
    RawConnection connection(config.port);
    ASSERT_TRUE(connection.send(header("POST /admin/api/1/sessions/terminate",
                                       "Content-Length: 1000000000\r\nExpect: 100-continue\r\n")));
    EXPECT_EQ(status_of_raw(connection.read_answer()), 413);
    EXPECT_LE(resident(), before + 4096);
}

TEST_F(SlowAdmins, RequestsThatWereSentAtOnceAreAnsweredInTurn) {
    start();
    RawConnection connection(config.port);
    std::string requests;
    const std::string body = R"({"refs":[]})";
    for (int time = 0; time < 20; ++time) {
        requests += header("GET /admin/api/1/accounts");
        requests += header("POST /admin/api/1/sessions/terminate",
                           "Content-Length: " + std::to_string(body.size()) + "\r\n") +
                    body;
        requests += header("PATCH /admin/api/1/sessions", "Content-Length: 2\r\n") + "{}";
    }
    ASSERT_TRUE(connection.send(requests));
    for (int time = 0; time < 20; ++time) {
        EXPECT_EQ(status_of_raw(connection.read_answer()), 200) << time;
        EXPECT_EQ(status_of_raw(connection.read_answer()), 400) << time << ": no ref is named";
        EXPECT_EQ(status_of_raw(connection.read_answer()), 405) << time;
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
