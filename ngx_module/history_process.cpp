#include "ngx_module/history_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <system_error>
#include <utility>

#include "ngx_module/clock.h"
#include "ngx_module/helper_process.h"
#include "ngx_module/history_report.h"
#include "tracker/history/signals.h"
#include "tracker/history/writer.h"

namespace agent_sessions::ngx {

// In memory that both processes have.
struct HistoryProcess::Orders {
    static constexpr std::int64_t kNone = INT64_MAX;
    std::atomic<std::int64_t> end{kNone};  // Writer::work(), ms of the boot clock

    std::optional<tracker::BootTime> writer_end() const noexcept {
        const std::int64_t time = end.load(std::memory_order_acquire);
        return time == kNone ? std::nullopt : std::optional(tracker::BootTime{tracker::Millis{time}});
    }
};

namespace {

using tracker::history::Writer;

// Of the time that finish() gives: for a pass that is at work when the rest of it is over.
constexpr tracker::Millis kLastPass{250};

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Tells each change of what is wrong; where the pipe is full, with the next pass.
void report(Writer& writer, int pipe, std::optional<std::string>& told) {
    if (const auto loaded = writer.take_loaded()) {
        send(pipe, report_loaded(*loaded));
    }
    if (writer.fault() != told && send(pipe, report_fault(writer.fault()))) {
        told = writer.fault();
    }
}

template <typename Orders>
void write_history(const HistoryProcess::Job& job, const Orders& orders, int pipe) noexcept {
    try {
        Writer writer(job.tracker, job.database, job.retention);
        std::optional<std::string> told;
        while (const auto pause = writer.work(orders.writer_end(), read_clocks())) {
            report(writer, pipe, told);
            if (*pause > tracker::Millis{0}) {
                writer.rest(*pause);
            }
        }
        report(writer, pipe, told);
    } catch (const std::exception&) {
        // Out of memory. The worker starts another process.
    }
}

}  // namespace

HistoryProcess::HistoryProcess(const Job& job) : tracker_(job.tracker) {
    void* shared = ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        fail("mmap()");
    }
    orders_ = new (shared) Orders;
    try {
        fork_writer(job);
    } catch (const std::system_error&) {
        ::munmap(orders_, sizeof(Orders));
        throw;
    }
}

void HistoryProcess::fork_writer(const Job& job) {
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        fail("pipe2()");
    }
    std::vector<int> kept = job.lock_files;
    kept.push_back(ends[1]);
#ifdef __SANITIZE_ADDRESS__
    kept.push_back(STDERR_FILENO);  // for its reports
#endif
    const pid_t worker = getpid();
    pid_t process = -1;
    {
        const tracker::history::BlockedSignals blocked;
        process = ::fork();
        if (process == 0) {
            become_helper(worker, kept, "agent_sessions history writer");
            write_history(job, *orders_, ends[1]);
            _exit(EXIT_SUCCESS);
        }
    }
    const int error = errno;
    ::close(ends[1]);
    if (process < 0) {
        ::close(ends[0]);
        errno = error;
        fail("fork()");
    }
    reports_ = ends[0];
}

HistoryProcess::~HistoryProcess() {
    let_go();
    ::close(reports_);
    ::munmap(orders_, sizeof(Orders));
}

bool HistoryProcess::listen() {
    HistoryReport report;
    while (!has_ended_) {
        switch (receive(reports_, report)) {
            case Received::nothing:
                return true;
            case Received::end:
                has_ended_ = true;
                break;
            case Received::report:
                if (report.is_loaded) {
                    loaded_ = report.loaded;
                    break;
                }
                fault_ = std::string(report.fault());
                if (!fault_->empty()) {
                    unreported_ = *fault_;
                }
                break;
        }
    }
    return false;
}

void HistoryProcess::let_go() noexcept {
    orders_->end.store(0, std::memory_order_release);
    tracker_.wake_history();
}

void HistoryProcess::finish(tracker::Millis longest) noexcept {
    const tracker::BootTime end = read_clocks().boot + longest;
    orders_->end.store((end - kLastPass).time_since_epoch().count(), std::memory_order_release);
    tracker_.wake_history();
    HistoryReport ignored;
    while (!has_ended_) {
        const auto left = std::max<std::int64_t>((end - read_clocks().boot).count(), 0);
        pollfd pipe{reports_, POLLIN, 0};
        const int ready = ::poll(&pipe, 1, static_cast<int>(left));
        if (ready == 0) {
            return;
        }
        has_ended_ = ready > 0 && receive(reports_, ignored) == Received::end;
    }
}

std::optional<std::string> HistoryProcess::take_fault() {
    std::string unreported = std::exchange(unreported_, std::string());
    return unreported.empty() ? fault_ : std::optional(std::move(unreported));
}

std::optional<tracker::history::Loaded> HistoryProcess::take_loaded() noexcept {
    return std::exchange(loaded_, std::nullopt);
}

}  // namespace agent_sessions::ngx
