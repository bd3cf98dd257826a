// Asks the history without waiting for it: questions run on a thread of their own, on a read-only connection.
//
// Process safety: a Reader belongs to the process that made it, and only one at rest may live across a fork.
// Thread safety: ask() and the answers may be used from any thread; one thread makes, rests and destroys it.
// The thread starts with the first question, with all signals blocked, and ends in the destructor, which cuts
// off the question at hand, or when it is to rest. Memory: at most kMaxWaiting questions wait.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>

#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

enum class AnswerState : std::uint8_t {
    waiting,
    answered,
    failed,  // there is no usable database, or the question took too long
    busy,    // too many questions wait
};

// What comes of a question. Whoever lets go of it is no longer interested: the question may be left out.
template <typename Result>
class Answer {
  public:
    // Never blocks.
    AnswerState state() const noexcept { return state_.load(std::memory_order_acquire); }
    // REQUIRES: state() == answered.
    const Result& result() const noexcept { return *result_; }
    // Why it failed, for a log. REQUIRES: state() == failed.
    const std::string& error() const noexcept { return error_; }

  private:
    friend class Reader;

    void settle(AnswerState state) noexcept { state_.store(state, std::memory_order_release); }

    std::optional<Result> result_;
    std::string error_;
    std::atomic<AnswerState> state_{AnswerState::waiting};
};

class Reader {
  public:
    static constexpr std::size_t kMaxWaiting = 64;

    // `path` of the database, which need not exist yet.
    explicit Reader(std::string path);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // `question` is called with a Connection on which one read transaction is open, once or never; what it
    // throws becomes AnswerState::failed. May throw std::bad_alloc; where no thread can be had, the answer is
    // `busy`.
    template <typename Question>
    auto ask(Question question) {
        using Result = std::invoke_result_t<Question&, Connection&>;
        return put<Result>(
            true, [question = std::move(question)](Connection* connection) { return question(*connection); });
    }

    // Long work that needs no database, and so is answered without one: `work` is called with nothing, as a
    // question is.
    template <typename Work>
    auto work_beside(Work work) {
        using Result = std::invoke_result_t<Work&>;
        return put<Result>(false, [work = std::move(work)](Connection* /*connection*/) { return work(); });
    }

    // Has the thread close the database and end, once the question at hand is answered; from then on
    // questions wait. true: there is neither thread nor open database. Never waits; asked again until it says
    // so.
    bool rest();
    // Goes on with the questions that wait.
    void go_on();

  private:
    struct Job {
        bool needs_database = true;
        std::function<void(Connection*)> run;  // null where it needs none
        std::function<void(const std::string* error)> settle;
        std::function<bool()> is_wanted;
    };
    struct FileIdentity {
        std::uint64_t device = 0;
        std::uint64_t number = 0;
        friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
    };

    template <typename Result, typename Run>
    auto put(bool needs_database, Run run) {
        auto answer = std::make_shared<Answer<Result>>();
        Job job;
        job.needs_database = needs_database;
        job.run = [weak = std::weak_ptr(answer), run = std::move(run)](Connection* connection) {
            if (const auto asked = weak.lock()) {
                asked->result_ = run(connection);
            }
        };
        job.settle = [weak = std::weak_ptr(answer)](const std::string* error) {
            if (const auto asked = weak.lock()) {
                asked->error_ = error == nullptr ? "" : *error;
                asked->settle(error == nullptr ? AnswerState::answered : AnswerState::failed);
            }
        };
        job.is_wanted = [weak = std::weak_ptr(answer)] { return !weak.expired(); };
        if (!enqueue(std::move(job))) {
            answer->settle(AnswerState::busy);
        }
        return answer;
    }

    bool enqueue(Job job);
    bool start_thread();
    void work() noexcept;
    void serve() noexcept;
    void run(const Job& job) noexcept;
    void answer(const Job& job);
    Connection& connection();
    bool should_stop() const noexcept;
    std::optional<FileIdentity> identity() const noexcept;

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> waiting_;
    std::atomic<bool> stop_{false};
    bool rests_ = false;
    bool has_ended_ = false;  // the thread: it only has to be joined
    std::thread thread_;

    // Of the thread alone:
    std::optional<Connection> connection_;
    FileIdentity opened_;
    std::chrono::steady_clock::time_point deadline_;
};

}  // namespace agent_sessions::tracker::history
