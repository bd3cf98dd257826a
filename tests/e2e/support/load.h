// A bounded load: agents that click as fast as the gateway answers, in a few threads, until it is stopped.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/support/browser.h"

namespace agent_sessions::e2e {

class Load {
  public:
    // Each browser has a live session, is moved in, and navigates over one connection from now on.
    explicit Load(std::vector<Browser> browsers);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void stop();

    std::size_t requests() const { return requests_; }
    // Requests without an answer from the application, with their session not live, or with another ref than
    // before. One line each, the first ones.
    std::vector<std::string> failures() const;
    // Requests that got no answer at all (the connection broke).
    std::size_t broken() const { return broken_; }

  private:
    void click(Browser& browser, std::vector<std::string>& failures);

    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> broken_{0};
    std::vector<Browser> browsers_;
    std::vector<std::vector<std::string>> failures_;
    std::vector<std::thread> threads_;
};

}  // namespace agent_sessions::e2e
