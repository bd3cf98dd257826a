// Floods at length, beside agents who are at work (RELIABILITY T19, T20). The short form runs with `make
// test`, the long one with `make soak`.
#include <functional>
#include <map>
#include <random>

#include "tests/e2e/support/flood.h"
#include "tests/e2e/support/gateway_test.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTokenLength = 52;

class Floods : public GatewayTest {
  protected:
    Floods() { config.locations = "        location = /plain { access_log off; return 200 'x'; }\n"; }

    static std::string request(const std::string& cookie = "") {
        return "GET /plain HTTP/1.1\r\nHost: gateway\r\nAccept: text/html\r\n" +
               (cookie.empty() ? "" : "Cookie: " + std::string(kCookie) + "=" + cookie + "\r\n") + "\r\n";
    }
    // Looks like one of ours: it names a key that there is.
    std::string made_up(const std::string& genuine) {
        std::string token = genuine.substr(0, 2);
        while (token.size() < kTokenLength) {
            token += kAlphabet[random_() % kAlphabet.size()];
        }
        return token;
    }

    // Agents at work, by ref.
    std::map<std::string, std::string> begin_crowd(std::size_t count) {
        std::map<std::string, std::string> cookies;
        Browser agent = browser();
        for (std::size_t number = 0; number < count; ++number) {
            agent.forget_cookies();
            const std::string ref = begin_session(agent, "agent" + std::to_string(number));
            cookies[ref] = agent.cookie(kCookie).value();
        }
        return cookies;
    }
    // All of them, and nobody else, work and are listed.
    void expect_all_there(const std::map<std::string, std::string>& cookies) {
        Connection connection(origin());
        std::size_t lost = 0;
        for (const auto& [ref, cookie] : cookies) {
            HttpRequest click = script_call("/app");
            click.with("Cookie", std::string(kCookie) + "=" + cookie);
            const HttpResponse answer = connection.send(click);
            lost += status_of(answer) == "ACTIVE" && ref_of(answer) == ref ? 0 : 1;
        }
        EXPECT_EQ(lost, 0U);
        const auto listed = admin().all_refs("", 500);
        EXPECT_EQ(listed.size(), cookies.size());
        for (const std::string& ref : listed) {
            EXPECT_EQ(cookies.count(ref), 1U) << ref;
        }
        EXPECT_EQ(admin().current(), static_cast<std::int64_t>(cookies.size()));
    }

    std::minstd_rand random_{agent_sessions::testing::seed()};
};

class FloodsFrom : public Floods, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(FloodsFrom, CookielessAndMadeUpRequestsCostNoAgentTheSession) {
    const std::size_t requests = is_soak() ? 5'000'000 : 30'000;
    config.capacity = "20000";
    config.worker_connections = 4096;
    start();
    const auto agents = begin_crowd(is_soak() ? 10'000 : 100);
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    const std::string genuine = agents.begin()->second;
    const std::map<int, std::size_t> all_answered{{200, requests}};
    EXPECT_EQ(flood(
                  config.port, [](std::size_t) { return request(); }, requests, GetParam()),
              all_answered);
    EXPECT_EQ(flood(
                  config.port, [&](std::size_t) { return request(made_up(genuine)); }, requests, GetParam()),
              all_answered);
    expect_all_there(agents);
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
}

INSTANTIATE_TEST_SUITE_P(Addresses, FloodsFrom, ::testing::Values(1, 10'000),
                         [](const auto& parameter) { return std::to_string(parameter.param) + "of127"; });

TEST_F(Floods, AFullTableUnderLoadKeepsEverybodyAndCountsExactly) {
    const std::size_t rounds = is_soak() ? 3000 : 20;
    start();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    const auto agents = begin_crowd(1000);
    // Genuine cookies, for which there is no room.
    std::vector<std::string> waiting;
    for (int number = 0; number < 500; ++number) {
        Browser late = browser();
        late.send(navigation("/app"));
        waiting.push_back(late.cookie(kCookie).value());
    }
    const auto untracked = [this] {
        return admin().read("accounts").at("accounts").as_array().at(0).as_object();
    };
    const std::int64_t before = untracked().at("untracked").to_number<std::int64_t>();
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto answers = flood(
            config.port, [&](std::size_t number) { return request(waiting[number % waiting.size()]); },
            waiting.size(), 1);
        ASSERT_EQ(answers, (std::map<int, std::size_t>{{200, waiting.size()}}));
    }
    EXPECT_EQ(untracked().at("untracked").to_number<std::int64_t>() - before,
              static_cast<std::int64_t>(rounds * waiting.size()));
    expect_all_there(agents);
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
}

}  // namespace
}  // namespace agent_sessions::e2e
