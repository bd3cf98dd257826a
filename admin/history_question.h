// What the routes of the history share: who may ask about which accounts, and the task that waits for the
// answer.
//
// Thread safety: none; belongs to one request. What runs on the reader's thread is a copy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "admin/handle.h"
#include "admin/problem.h"
#include "admin/scoped_accounts.h"
#include "tracker/history/account_rows.h"
#include "tracker/history/reader.h"

namespace agent_sessions::admin {

// The accounts of a request, as the history is asked about them.
struct HistoryScope {
    // `account` is the parameter, where given. Throws Refusal invalid_parameter or account_not_found.
    HistoryScope(const Access& access, std::optional<std::string_view> account, tracker::Tracker tracker);

    tracker::history::Accounts accounts() const;
    // Throws Refusal account_not_found where the account is unknown here and can't be asked for.
    void require_known() const;

    ScopedAccounts scoped;
    // An account that only the history may know.
    std::optional<std::string> unseen;
};

// Why there is no answer.
Refusal history_unavailable(const std::string& error);
Refusal history_busy();

// Throws Refusal history_unavailable.
tracker::history::Reader& require_history(tracker::history::Reader* history);

// An answer, unless the account that it is about is unknown to the history too.
template <typename Result>
struct Known {
    bool is_known = true;
    std::optional<Result> result;
};

// Puts a question: a function of a Connection that views nothing of the request.
template <typename Question>
auto ask_history(tracker::history::Reader& history, const std::optional<std::string>& unseen,
                 Question question) {
    using Result = std::invoke_result_t<Question&, tracker::history::Connection&>;
    return history.ask([unseen, question = std::move(question)](tracker::history::Connection& connection) {
        Known<Result> known;
        known.is_known = !unseen || tracker::history::account_row(connection, *unseen).has_value();
        if (known.is_known) {
            known.result = question(connection);
        }
        return known;
    });
}

// Waits for the answer. `render` makes the response of it: Response(const Result&, tracker::Now).
// `unanswered` makes one where there is none: Response(const Refusal&, tracker::Now).
template <typename Result, typename Render, typename Unanswered>
class HistoryTask final : public Task {
  public:
    HistoryTask(std::shared_ptr<tracker::history::Answer<Known<Result>>> answer, Render render,
                Unanswered unanswered)
        : answer_(std::move(answer)), render_(std::move(render)), unanswered_(std::move(unanswered)) {}

    std::optional<Response> step(const Slice& slice) override {
        switch (answer_->state()) {
            case tracker::history::AnswerState::waiting:
                return std::nullopt;
            case tracker::history::AnswerState::busy:
                return unanswered_(history_busy(), slice.now());
            case tracker::history::AnswerState::failed:
                return unanswered_(history_unavailable(answer_->error()), slice.now());
            case tracker::history::AnswerState::answered:
                break;
        }
        if (!answer_->result().is_known) {
            return unanswered_(account_not_found(), slice.now());
        }
        return render_(*answer_->result().result, slice.now());
    }

    bool is_waiting() const noexcept override { return true; }

  private:
    std::shared_ptr<tracker::history::Answer<Known<Result>>> answer_;
    Render render_;
    Unanswered unanswered_;
};

template <typename Result, typename Render, typename Unanswered>
std::unique_ptr<Task> make_history_task(std::shared_ptr<tracker::history::Answer<Known<Result>>> answer,
                                        Render render, Unanswered unanswered) {
    return std::make_unique<HistoryTask<Result, Render, Unanswered>>(std::move(answer), std::move(render),
                                                                     std::move(unanswered));
}

// Where nothing can be said without the history.
template <typename Result, typename Render>
std::unique_ptr<Task> make_history_task(std::shared_ptr<tracker::history::Answer<Known<Result>>> answer,
                                        const Request& request, Render render) {
    return make_history_task(std::move(answer), std::move(render),
                             [context = ProblemContext(request)](const Refusal& refusal, tracker::Now) {
                                 return problem_response(refusal, context);
                             });
}

}  // namespace agent_sessions::admin
