// Every process of nginx killed at random instants while admins end sessions, and the segment lost with them:
// what was answered as durable holds, and nothing is half-written (ARCHITECTURE 4; RELIABILITY T3).
//
// SOAK=1 kills 200 times instead of for some seconds; SEED=N repeats a run.
#include <chrono>
#include <iostream>
#include <random>

#include "tests/e2e/support/history_test.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

constexpr std::chrono::seconds kShortForm{30};
constexpr std::size_t kKillsOfLongForm = 200;
constexpr std::size_t kThreads = 4;
constexpr std::size_t kLatestInstantMs = 400;

class KilledWhileTerminating : public HistoryTest {
  protected:
    void expect_kept(const Termination& termination, Connection& connection) {
        if (termination.told == Termination::Told::durable) {
            const HttpResponse response = click_with(connection, termination.cookie);
            EXPECT_TRUE(is_message_for_script(response)) << termination.way << ' ' << termination.ref;
            const bool has_words = response.body.find("The shift is over") != std::string::npos;
            EXPECT_EQ(has_words, termination.way != "DELETE") << response.body;
        }
    }

    void expect_sound_database(const std::vector<Termination>& ledger) {
        EXPECT_EQ(history.integrity(), "ok");
        EXPECT_EQ(history.half_written(), 0);
        const auto rows = history.sessions();
        for (const Termination& termination : ledger) {
            if (termination.told == Termination::Told::durable) {
                const auto row = rows.find(termination.ref);
                ASSERT_NE(row, rows.end()) << termination.way << ' ' << termination.ref;
                EXPECT_EQ(row->second.by, "supervisor") << termination.way;
                EXPECT_EQ(row->second.reason, 1) << termination.way;
            }
        }
    }
};

TEST_F(KilledWhileTerminating, WhatWasDurableStaysEndedWithoutTheSegment) {
    const std::uint32_t seed = agent_sessions::testing::seed();
    const auto end = std::chrono::steady_clock::now() + kShortForm;
    const auto is_over = [&](std::size_t rounds) {
        return is_soak() ? rounds >= kKillsOfLongForm : std::chrono::steady_clock::now() > end;
    };
    config.capacity = "100000";
    config.set("agent_sessions_begin", "1");
    std::minstd_rand random(seed);
    std::vector<Termination> durable;
    std::size_t rounds = 0;
    std::size_t unanswered = 0;
    for (; !is_over(rounds) && !HasFailure(); ++rounds) {
        SCOPED_TRACE("SEED=" + std::to_string(seed) + ", kill " + std::to_string(rounds));
        start();
        Terminators terminators(origin(), kThreads, static_cast<std::uint32_t>(random()));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % kLatestInstantMs));
        server.kill_all();
        terminators.stop();
        EXPECT_EQ(terminators.failures(), std::vector<std::string>{});
        lose_segment();
        EXPECT_EQ(history.integrity(), "ok");
        start();
        Connection connection(origin());
        for (const Termination& termination : terminators.ledger()) {
            expect_kept(termination, connection);
            unanswered += termination.told == Termination::Told::nothing ? 1 : 0;
            if (termination.told == Termination::Told::durable) {
                durable.push_back(termination);
            }
        }
        // And some of those that have been through more than one life.
        for (int some = 0; some < 20 && !durable.empty(); ++some) {
            expect_kept(durable[random() % durable.size()], connection);
        }
        server.kill_all();
        lose_segment();
    }
    expect_sound_database(durable);
    start();
    Connection connection(origin());
    for (const Termination& termination : durable) {
        expect_kept(termination, connection);
    }
    std::cout << rounds << " kills, " << durable.size() << " durable terminations, " << unanswered
              << " without an answer\n";
    EXPECT_GE(rounds, 3U);
    EXPECT_GT(durable.size(), 0U);
}

}  // namespace
}  // namespace agent_sessions::e2e
