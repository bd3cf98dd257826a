// Asks the history without waiting for it: questions run on a thread of their own, on a read-only connection.
//
// Process safety: a Reader belongs to the process that made it and must not live across a fork. Thread
// safety: ask() and the answers may be used from any thread; one thread makes and destroys it. The thread
// starts with the first question, with all signals blocked, and ends in the destructor, which cuts off the
// question at hand. Memory: at most kMaxWaiting questions wait.
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
        auto answer = std::make_shared<Answer<Result>>();
        Job job;
        job.run = [weak = std::weak_ptr(answer), question = std::move(question)](Connection& connection) {
            if (const auto asked = weak.lock()) {
                asked->result_ = question(connection);
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

  private:
    struct Job {
        std::function<void(Connection&)> run;
        std::function<void(const std::string* error)> settle;
        std::function<bool()> is_wanted;
    };
    struct FileIdentity {
        std::uint64_t device = 0;
        std::uint64_t number = 0;
        friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
    };

    bool enqueue(Job job);
    void work() noexcept;
    void run(const Job& job) noexcept;
    Connection& connection();
    bool should_stop() const noexcept;
    std::optional<FileIdentity> identity() const noexcept;

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> waiting_;
    std::atomic<bool> stop_{false};
    std::thread thread_;

    // Of the thread alone:
    std::optional<Connection> connection_;
    FileIdentity opened_;
    std::chrono::steady_clock::time_point deadline_;
};

}  // namespace agent_sessions::tracker::history
