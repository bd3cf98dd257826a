// The thread that writes the history of a zone, in the worker that is elected for it.
//
// Started after the fork; all signals are blocked in it. Thread safety: start, stop and finish belong to the
// worker's own thread. Cost for an event loop: none but the start of a thread; finish() waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "tracker/history/follower.h"

namespace agent_sessions::tracker::history {

class Writer {
  public:
    using Clock = Now (*)() noexcept;

    // Throws std::system_error where no thread can be had.
    Writer(Tracker tracker, std::string path, Retention retention, Clock clock);
    // As finish(0).
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // true: another process writes from now on, or the thread has come to its end after let_go().
    bool is_over() const noexcept { return is_over_.load(std::memory_order_acquire); }
    // Tells the thread to stop after its present pass, without waiting for it.
    void let_go() noexcept;
    // Writes what there is, for as long as `longest`, then stops and waits for the thread. A disk that hangs
    // makes it wait longer.
    void finish(Millis longest);

    // What is wrong, or was since the last call, as nginx logs it; empty = nothing.
    std::string take_fault();
    // What was loaded into the segment since the last call.
    std::optional<Loaded> take_loaded();

  private:
    void run() noexcept;
    void follow();
    void publish();

    Follower follower_;
    Clock clock_;
    std::mutex mutex_;
    std::string fault_;
    std::string unreported_;
    std::optional<Loaded> loaded_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> is_over_{false};
    std::atomic<std::int64_t> until_{0};  // of the boot clock, ms: how long to go on writing while stopping
    std::thread thread_;
};

}  // namespace agent_sessions::tracker::history
