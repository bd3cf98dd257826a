#include "tracker/history/reader.h"

#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "tracker/history/schema.h"
#include "tracker/history/signals.h"

namespace agent_sessions::tracker::history {
namespace {

// A reader waits for nobody in WAL but for the recovery of the log.
constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::seconds kLongestAnswer{10};
// Instructions of SQLite between two looks at the clock.
constexpr int kInstructionsPerLook = 10'000;

// All statements of a question see the same state.
class ReadTransaction {
  public:
    explicit ReadTransaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN");
    }
    ~ReadTransaction() {
        if (sqlite3_get_autocommit(connection_.handle()) == 0) {
            sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
    }
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;

  private:
    Connection& connection_;
};

}  // namespace

Reader::Reader(std::string path) : path_(std::move(path)) {}

Reader::~Reader() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
    const std::string closing = "the reader was closed";
    for (const Job& job : waiting_) {
        job.settle(&closing);
    }
}

bool Reader::enqueue(Job job) {
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(waiting_, [](const Job& other) { return !other.is_wanted(); });
        if (waiting_.size() >= kMaxWaiting) {
            return false;
        }
        if (!rests_ && !start_thread()) {
            return false;
        }
        waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

// REQUIRES: the mutex is held. false: no thread can be had.
bool Reader::start_thread() {
    if (thread_.joinable()) {
        if (!has_ended_) {
            return true;
        }
        thread_.join();
        has_ended_ = false;
    }
    const BlockedSignals blocked;
    try {
        thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

bool Reader::rest() {
    {
        const std::lock_guard lock(mutex_);
        rests_ = true;
        if (!thread_.joinable()) {
            return true;
        }
        if (!has_ended_) {
            wake_.notify_all();
            return false;
        }
    }
    thread_.join();
    has_ended_ = false;
    return true;
}

void Reader::go_on() {
    const std::lock_guard lock(mutex_);
    rests_ = false;
    if (!waiting_.empty()) {
        start_thread();
    }
    wake_.notify_all();
}

void Reader::work() noexcept {
    for (;;) {
        serve();
        connection_.reset();
        const std::lock_guard lock(mutex_);
        if (stop_ || rests_) {
            has_ended_ = true;
            return;
        }
    }
}

// Until there is to be no thread.
void Reader::serve() noexcept {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stop_ || rests_ || !waiting_.empty(); });
            if (stop_ || rests_) {
                return;
            }
            job = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (job.is_wanted()) {
            run(job);
        }
    }
}

void Reader::run(const Job& job) noexcept {
    std::string error;
    try {
        answer(job);
        job.settle(nullptr);
        return;
    } catch (const std::exception& failure) {
        error = failure.what();
    } catch (...) {
        error = "an unknown failure";
    }
    // Whatever it was, the next question begins with a new connection.
    connection_.reset();
    job.settle(&error);
}

void Reader::answer(const Job& job) {
    if (!job.needs_database) {
        job.run(nullptr);
        return;
    }
    deadline_ = std::chrono::steady_clock::now() + kLongestAnswer;
    Connection& database = connection();
    const ReadTransaction transaction(database);
    job.run(&database);
}

Connection& Reader::connection() {
    const std::optional<FileIdentity> present = identity();
    if (!connection_ || present != opened_) {
        connection_.reset();
        connection_ = open_for_reading(path_, kPatience);
        opened_ = present.value_or(FileIdentity{});
        sqlite3_progress_handler(
            connection_->handle(), kInstructionsPerLook,
            [](void* reader) { return static_cast<const Reader*>(reader)->should_stop() ? 1 : 0; }, this);
    }
    return *connection_;
}

bool Reader::should_stop() const noexcept {
    return stop_ || std::chrono::steady_clock::now() >= deadline_;
}

std::optional<Reader::FileIdentity> Reader::identity() const noexcept {
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0) {
        return std::nullopt;
    }
    return FileIdentity{facts.st_dev, facts.st_ino};
}

}  // namespace agent_sessions::tracker::history
