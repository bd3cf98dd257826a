// The fixture of the tests in which nginx is hurt under load: it compares what nginx knows with the ledger.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/history_test.h"
#include "tests/e2e/support/mapped_segment.h"
#include "tests/e2e/support/witness.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {

class WitnessTest : public HistoryTest {
  protected:
    // Sessions are never forgotten, nor run out, while a test goes on.
    WitnessTest();

    std::filesystem::path segment() const;

    // Begins this many sessions in the running gateway's own segment, which no cookie leads to.
    void fill(std::size_t sessions);
    // Until what has happened so far is on disk.
    bool wait_for_history(std::chrono::milliseconds patience);

    // nginx knows what the witness was told, and nothing else: list, counts and the fate of each cookie are
    // the ledger's, `others` sessions beside them. REQUIRES: the witness is stopped, nginx runs.
    void expect_ledger(const Witness& witness, std::size_t others = 0);
    // The segment lost with all of nginx: what was told to be on disk stays ended.
    void expect_durable_without_the_segment(const Witness& witness);
    // What is in the segment is sound.
    void expect_sound_segment() const;
    std::uint64_t recoveries() const;

    // The processes that write the history beside their worker, where there are such.
    std::vector<pid_t> history_writers() const;

    // One line of figures for whoever reads the run.
    static std::string describe(const Witness& witness);

    const std::uint32_t seed = agent_sessions::testing::seed();

  private:
    // The refs of the witness' sessions that are alive by their cookies, after each cookie was tried.
    std::vector<std::string> try_cookies(const Witness& witness);
};

}  // namespace agent_sessions::e2e
