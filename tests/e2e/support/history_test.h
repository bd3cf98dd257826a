// The fixture of the tests about the history's promises: what is durable, how health sees it, and what the
// database says.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/history_file.h"
#include "tests/e2e/support/terminators.h"

namespace agent_sessions::e2e {

class HistoryTest : public GatewayTest {
  protected:
    HistoryTest() : history(server.prefix() / "state" / (std::string(kZone) + ".db")) {}

    // A session that an admin has just ended.
    struct Ended {
        std::string ref;
        std::string cookie;
        bool durable = false;
    };
    // Begins one and ends it, over the given connection or one of its own.
    Ended end_a_session();
    Ended end_a_session(Connection& connection);
    // Ends new sessions until one end is durable; all of them are given.
    std::vector<Ended> end_sessions_until_durable();
    std::vector<Ended> end_sessions_until_durable(Connection& connection);

    // The reasons that health gives; "no answer" among them = there was none.
    std::vector<std::string> reasons(Connection& connection) const;
    std::vector<std::string> reasons() const;
    bool wait_for_reason(const std::string& reason) const;
    bool wait_for_health() const;
    // For a line of the log with both texts.
    bool wait_for_log(const std::string& text, const std::string& and_text = "") const;
    // How many lines of the log have this text.
    std::size_t count_in_log(const std::string& text) const;
    // What the module has logged.
    std::string said() const;

    // Each is refused with the message, by a worker and by the database.
    void expect_ended(const std::vector<Ended>& sessions);
    void expect_written(const std::vector<Ended>& sessions);
    // The worker whose process writes the history, and that process; 0 = none.
    pid_t writer() const;
    pid_t history_process() const;
    // A connection to this worker.
    Connection connection_to(pid_t worker) const;
    void lose_segment() const;

    HistoryFile history;
};

}  // namespace agent_sessions::e2e
