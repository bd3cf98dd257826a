// Agents and supervisors who work while nginx is hurt, and write down what they were told: a ledger outside
// nginx, which is compared with what nginx still knows afterwards (RELIABILITY T1).
//
// Each answer is compared at once, too: a live session's cookie must be answered as that session's, an ended
// one's by the message. No answer at all is no contradiction; what was asked for then is unknown.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/support/browser.h"

namespace agent_sessions::e2e {

struct WitnessedSession {
    enum class Fate : std::uint8_t {
        unsure,   // its cookie was given out; whether it began is unknown
        live,     // its begin was answered
        asked,    // somebody asked for its end and got no answer: live or ended
        ended,    // its end was answered
        durable,  // … as one that is on disk
    };

    std::string cookie;
    std::string agent;
    std::string ref;                  // empty while unsure
    std::string started;              // as nginx told it
    std::set<std::string> instances;  // of the interaction "Billing", asked for while it lived
    Fate fate = Fate::unsure;
};

class Witness {
  public:
    struct Pace {
        std::size_t threads = 4;
        std::size_t most_live = 100;  // of each thread
        std::chrono::microseconds pause{500};
    };

    // `seed` chooses who does what. Works from now on.
    Witness(Origin origin, Pace pace, std::uint32_t seed);
    ~Witness();
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;

    void stop();

    std::size_t requests() const { return requests_; }
    std::size_t broken() const { return broken_; }  // requests without an answer
    std::size_t acknowledged() const { return acknowledged_; }
    // The longest that somebody waited for an answer, or for the news that there is none; and what for.
    std::chrono::milliseconds longest_wait() const { return std::chrono::milliseconds(longest_wait_ms_); }
    std::string slowest() const {
        const std::scoped_lock guard(slowest_lock_);
        return slowest_;
    }

    // The rest REQUIRES: stopped.
    const std::vector<WitnessedSession>& ledger() const { return ledger_; }
    std::size_t count(WitnessedSession::Fate fate) const;
    // Answers that contradict the ledger, the first ones of each thread.
    const std::vector<std::string>& failures() const { return failures_; }

  private:
    class Person;

    void note(const HttpRequest& request, const HttpResponse& response, std::chrono::milliseconds waited);

    Origin origin_;
    Pace pace_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> broken_{0};
    std::atomic<std::size_t> acknowledged_{0};
    std::atomic<std::int64_t> longest_wait_ms_{0};
    mutable std::mutex slowest_lock_;
    std::string slowest_;
    std::vector<WitnessedSession> ledger_;
    std::vector<std::string> failures_;
    std::deque<std::unique_ptr<Person>> people_;
    std::vector<std::thread> threads_;
};

}  // namespace agent_sessions::e2e
