// Blocks all signals of the calling thread for a scope, so that a thread that is started in it gets none:
// they are nginx's, and belong to its own thread.
#pragma once

#include <csignal>

namespace agent_sessions::tracker::history {

class BlockedSignals {
  public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace agent_sessions::tracker::history
