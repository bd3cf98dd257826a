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
        if (!thread_.joinable()) {
            const BlockedSignals blocked;
            try {
                thread_ = std::thread([this] { work(); });
            } catch (const std::system_error&) {
                return false;
            }
        }
        waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

void Reader::work() noexcept {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
            if (stop_) {
                break;
            }
            job = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (job.is_wanted()) {
            run(job);
        }
    }
    connection_.reset();
}

void Reader::run(const Job& job) noexcept {
    std::string error;
    try {
        deadline_ = std::chrono::steady_clock::now() + kLongestAnswer;
        Connection& database = connection();
        const ReadTransaction transaction(database);
        job.run(database);
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
