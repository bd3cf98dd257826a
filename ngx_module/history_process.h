// The process that writes the history of a zone, seen from the worker that is elected for it.
//
// A process and not a thread, so that the worker keeps a single thread (a second one costs each request,
// docs/performance.md) and waits for no disk that hangs. It ends with its worker, however that ends. Thread
// safety: none (one event loop). Cost for an event loop: a fork at the start, then a system call now and
// then; finish() waits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tracker/history/loader.h"
#include "tracker/history/retention.h"
#include "tracker/tracker.h"

namespace agent_sessions::ngx {

class HistoryProcess {
  public:
    struct Job {
        tracker::Tracker tracker;
        std::string database;
        tracker::history::Retention retention;
        std::vector<int> lock_files;  // Attachment::lock_files()
    };

    // REQUIRES: no database is open in this process, and it has no other thread, since SQLite does not
    // survive a fork. Throws std::system_error where no process can be had.
    explicit HistoryProcess(const Job& job);
    // Tells the process to end, without waiting for it.
    ~HistoryProcess();
    HistoryProcess(const HistoryProcess&) = delete;
    HistoryProcess& operator=(const HistoryProcess&) = delete;

    // Takes over what the process has said since the last call. false: it is no more, whatever it ended of.
    bool listen();
    // Has something to read whenever listen() has something to take over. Open for as long as this lives.
    int reports() const noexcept { return reports_; }
    // Tells it to stop after its present pass, without waiting for it.
    void let_go() noexcept;
    // Has it write what there is and end, and waits for that, for as long as `longest`. REQUIRES: this
    // process ends then, and so does one that hangs.
    void finish(tracker::Millis longest) noexcept;

    // What is wrong, or was since the last call, as nginx logs it; empty = nothing, nullopt = it has not said
    // yet.
    std::optional<std::string> take_fault();
    // What was loaded into the segment since the last call.
    std::optional<tracker::history::Loaded> take_loaded() noexcept;

  private:
    struct Orders;
    void fork_writer(const Job& job);

    tracker::Tracker tracker_;
    Orders* orders_ = nullptr;
    int reports_ = -1;
    bool has_ended_ = false;
    std::optional<std::string> fault_;
    std::string unreported_;
    std::optional<tracker::history::Loaded> loaded_;
};

}  // namespace agent_sessions::ngx
