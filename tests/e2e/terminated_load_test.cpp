// Sessions that are terminated while their clients send (RELIABILITY T21): from the answer on no request
// passes, over HTTP/1.1 and HTTP/2, over kept connections and new ones.
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>

#include "tests/e2e/support/gateway_test.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

class TerminatedLoad : public GatewayTest {
  protected:
    struct Session {
        std::string ref;
        std::string cookie;
        std::atomic<bool> is_ended{false};
    };

    HttpRequest click(const Session& session, bool by_tls) const {
        HttpRequest request = script_call("/load");
        return request.with("Cookie",
                            (by_tls ? "__Host-" : "") + std::string(kCookie) + "=" + session.cookie);
    }
    void judge(bool was_ended, const HttpResponse& answer) {
        ++requests_;
        const bool passed = answer.status == 200;
        after_the_end_ += was_ended ? 1 : 0;
        passed_after_the_end_ += passed && was_ended ? 1 : 0;
        // Terminated in between: either is right.
        unexpected_ += passed || answer.status == 403 ? 0 : 1;
    }
    void click_over_one_connection(std::size_t first) {
        Connection kept(origin());
        for (std::size_t number = first; !is_over_; ++number) {
            const Session& session = *sessions_[number % sessions_.size()];
            const bool was_ended = session.is_ended;
            judge(was_ended, kept.send(click(session, false)));
        }
    }
    void click_over_new_connections(std::size_t first) {
        for (std::size_t number = first; !is_over_; ++number) {
            const Session& session = *sessions_[number % sessions_.size()];
            const bool was_ended = session.is_ended;
            judge(was_ended, Connection(origin()).send(click(session, false)));
        }
    }
    // 100 streams at a time, each with another cookie.
    void click_over_streams(std::size_t first) {
        Multiplexed connection(https_origin());
        for (std::size_t number = first; !is_over_; number += kStreams) {
            std::vector<HttpRequest> requests;
            std::vector<bool> were_ended;
            for (std::size_t stream = 0; stream < kStreams; ++stream) {
                const Session& session = *sessions_[(number + stream) % sessions_.size()];
                were_ended.push_back(session.is_ended);
                requests.push_back(click(session, true));
            }
            const std::vector<HttpResponse> answers = connection.send(requests);
            for (std::size_t stream = 0; stream < kStreams; ++stream) {
                judge(were_ended[stream], answers[stream]);
            }
        }
    }

    static constexpr std::size_t kStreams = 100;

    std::vector<std::unique_ptr<Session>> sessions_;
    std::atomic<bool> is_over_{false};
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> after_the_end_{0};
    std::atomic<std::size_t> passed_after_the_end_{0};
    std::atomic<std::size_t> unexpected_{0};
};

TEST_F(TerminatedLoad, NothingPassesAfterTheAnswerWhateverTheProtocolAndConnection) {
    const std::size_t count = is_soak() ? 10'000 : 200;
    const std::size_t wanted = is_soak() ? 1'000'000 : 4'000;
    config.capacity = "20000";
    use_tls();
    start();
    Browser agent = browser();
    for (std::size_t number = 0; number < count; ++number) {
        agent.forget_cookies();
        sessions_.push_back(std::make_unique<Session>());
        sessions_.back()->ref = begin_session(agent);
        sessions_.back()->cookie = agent.cookie(kCookie).value();
    }
    std::vector<std::thread> clients;
    clients.emplace_back([&] { click_over_one_connection(0); });
    clients.emplace_back([&] { click_over_new_connections(count / 2); });
    clients.emplace_back([&] { click_over_streams(count / 3); });
    AdminClient supervisor = admin();
    for (std::size_t number = 0; number < count; ++number) {
        Session& session = *sessions_[number];
        const HttpResponse answer = supervisor.remove(session.ref);
        EXPECT_EQ(answer.status, 204) << answer.body;
        session.is_ended = answer.status == 204;
    }
    wait_until([&] { return requests_ >= wanted; }, std::chrono::minutes(is_soak() ? 55 : 2));
    is_over_ = true;
    for (std::thread& client : clients) {
        client.join();
    }
    std::cout << requests_ << " requests, " << after_the_end_ << " of them after the end\n";
    EXPECT_EQ(passed_after_the_end_, 0U);
    EXPECT_EQ(unexpected_, 0U);
    EXPECT_GT(after_the_end_, count);
    EXPECT_EQ(supervisor.current(), 0);
}

}  // namespace
}  // namespace agent_sessions::e2e
