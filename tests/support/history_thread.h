// A history's writer on a thread of its own, beside a test that changes its table.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "tracker/history/writer.h"

namespace agent_sessions::testing {

class HistoryThread {
  public:
    using Clock = tracker::Now (*)() noexcept;

    HistoryThread(tracker::Tracker tracker, std::string path, Clock clock)
        : tracker_(tracker),
          clock_(clock),
          writer_(tracker, std::move(path), {}),
          thread_([this] { write(); }) {}
    ~HistoryThread() { finish(tracker::Millis{0}); }
    HistoryThread(const HistoryThread&) = delete;
    HistoryThread& operator=(const HistoryThread&) = delete;

    // Writes what there is, for as long as `longest`.
    void finish(tracker::Millis longest) {
        end_ = (clock_().boot + longest).time_since_epoch().count();
        tracker_.wake_history();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    // Of a writer that has finished.
    const std::string& fault() const { return writer_.fault(); }

  private:
    static constexpr std::int64_t kNoEnd = INT64_MAX;

    void write() {
        for (;;) {
            const std::int64_t end = end_;
            const auto pause = writer_.work(
                end == kNoEnd ? std::nullopt : std::optional(tracker::BootTime{tracker::Millis{end}}),
                clock_());
            if (!pause) {
                return;
            }
            if (*pause > tracker::Millis{0}) {
                writer_.rest(*pause);
            }
        }
    }

    tracker::Tracker tracker_;
    Clock clock_;
    tracker::history::Writer writer_;
    std::atomic<std::int64_t> end_{kNoEnd};
    std::thread thread_;
};

}  // namespace agent_sessions::testing
