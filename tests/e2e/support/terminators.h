// Admins that end sessions as fast as the gateway answers, and a ledger of what they were told: the judge of
// what nginx must still know after whatever befell it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/support/http.h"

namespace agent_sessions::e2e {

struct Termination {
    enum class Told : std::uint8_t {
        nothing,  // the connection broke before the answer
        ended,    // in memory: "durable": false
        durable,
    };

    std::string cookie;
    std::string ref;
    std::string way;  // DELETE, by ref, by agent
    Told told = Told::nothing;
};

class Terminators {
  public:
    // `seed` chooses the ways to end a session.
    Terminators(Origin origin, std::size_t threads, std::uint32_t seed);
    ~Terminators();
    Terminators(const Terminators&) = delete;
    Terminators& operator=(const Terminators&) = delete;

    void stop();
    std::size_t durable() const { return durable_; }
    // Of all sessions that have begun and that an admin wanted to end. REQUIRES: stopped.
    const std::vector<Termination>& ledger() const { return ledger_; }
    // Answers that an admin should never get. REQUIRES: stopped.
    const std::vector<std::string>& failures() const { return failures_; }

  private:
    void work(std::size_t number, std::uint32_t seed);

    Origin origin_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> durable_{0};
    std::mutex mutex_;
    std::vector<Termination> ledger_;
    std::vector<std::string> failures_;
    std::vector<std::thread> threads_;
};

// A click of a script with the cookie of an ended session, which never reactivates anything.
HttpResponse click_with(Connection& connection, const std::string& cookie);

}  // namespace agent_sessions::e2e
