#include "admin/terminate_task.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answer.h"
#include "admin/problem.h"
#include "admin/session_ender.h"
#include "admin/terminate_request.h"
#include "admin/walk.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
using Outcome = SessionEnder::Outcome;

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::terminated:
            return "terminated";
        case Outcome::already_gone:
            return "already_gone";
        case Outcome::not_found:
        case Outcome::busy:
            break;
    }
    return "not_found";
}

Response busy_response(const ProblemContext& context) {
    return problem_response(
        refusal_of(ErrorCode::busy,
                   "The session table stayed busy. Some of the sessions may have been ended; ask again."),
        context);
}

// Ends the sessions of a list of keys, in order.
class NamedSessions {
  public:
    explicit NamedSessions(std::vector<tracker::SessionKey> keys) : keys_(std::move(keys)) {}

    enum class Progress : std::uint8_t { done, later, gave_up };

    Progress step(SessionEnder& ender, const Slice& slice) {
        while (outcomes_.size() < keys_.size()) {
            const tracker::Now now = slice.now();
            const Outcome outcome = ender.end_named(keys_[outcomes_.size()], now);
            if (outcome == Outcome::busy) {
                return ender.has_patience(now) ? Progress::later : Progress::gave_up;
            }
            outcomes_.push_back(outcome);
            if (slice.over()) {
                return Progress::later;
            }
        }
        return ender.settle(slice) ? Progress::done : Progress::later;
    }

    const std::vector<tracker::SessionKey>& keys() const { return keys_; }
    const std::vector<Outcome>& outcomes() const { return outcomes_; }

  private:
    std::vector<tracker::SessionKey> keys_;
    std::vector<Outcome> outcomes_;
};

class DeleteTask final : public Task {
  public:
    DeleteTask(SessionEnder ender, tracker::SessionKey key, ProblemContext context)
        : ender_(std::move(ender)), sessions_({key}), context_(std::move(context)) {}

    std::optional<Response> step(const Slice& slice) override {
        switch (sessions_.step(ender_, slice)) {
            case NamedSessions::Progress::later:
                return std::nullopt;
            case NamedSessions::Progress::gave_up:
                return busy_response(context_);
            case NamedSessions::Progress::done:
                break;
        }
        if (sessions_.outcomes().front() == Outcome::terminated) {
            return api_response(204, "");
        }
        return problem_response(refusal_of(ErrorCode::session_not_found), context_);
    }

  private:
    SessionEnder ender_;
    NamedSessions sessions_;
    ProblemContext context_;
};

class RefsTask final : public Task {
  public:
    RefsTask(SessionEnder ender, std::vector<tracker::SessionKey> keys, ProblemContext context)
        : ender_(std::move(ender)), sessions_(std::move(keys)), context_(std::move(context)) {}

    std::optional<Response> step(const Slice& slice) override {
        switch (sessions_.step(ender_, slice)) {
            case NamedSessions::Progress::later:
                return std::nullopt;
            case NamedSessions::Progress::gave_up:
                return busy_response(context_);
            case NamedSessions::Progress::done:
                break;
        }
        json::array results;
        for (std::size_t index = 0; index < sessions_.keys().size(); ++index) {
            results.push_back(json::object{
                {"ref", tracker::to_ref(sessions_.keys()[index])},
                {"result", to_string(sessions_.outcomes()[index])},
            });
        }
        return json_response(json::object{{"results", std::move(results)}, {"durable", false}});
    }

  private:
    SessionEnder ender_;
    NamedSessions sessions_;
    ProblemContext context_;
};

// Ends what matches and had begun when the request came. With an expected number it is counted first, and
// then exactly the counted ones are ended, so no more keys are kept than were expected; without, each is
// ended where the walk meets it.
class SelectionTask final : public Task {
  public:
    SelectionTask(SessionEnder ender, TerminateSelection selection, tracker::Tracker tracker,
                  tracker::Now asked, ProblemContext context)
        : ender_(std::move(ender)),
          selection_(std::move(selection)),
          tracker_(tracker),
          asked_(asked),
          context_(std::move(context)) {}

    std::optional<Response> step(const Slice& slice) override {
        do {
            if (may_end() && !end_kept(slice)) {
                return std::nullopt;
            }
            if (counted_) {
                break;
            }
            counted_ = walk(slice);
            if (counted_ && selection_.expected && count_ != *selection_.expected) {
                return count_changed();
            }
        } while (!slice.over());
        if (!counted_ || !kept_.empty() || !ender_.settle(slice)) {
            return std::nullopt;
        }
        return json_response(
            json::object{{"ended", ended_}, {"already_gone", already_gone_}, {"durable", false}});
    }

  private:
    bool may_end() const { return counted_ || !selection_.expected; }

    bool walk(const Slice& slice) {
        return walk_.step(
            tracker_, slice,
            [this](const tracker::Tracker::Glance& glance, tracker::Now now) { return look_at(glance, now); },
            [this](const tracker::Row& row, tracker::Now) { look_at(row); });
    }

    bool look_at(const tracker::Tracker::Glance& glance, tracker::Now now) {
        if (glance.begun > asked_.boot || ender_.accounts().covered_name(glance.account) == nullptr ||
            !selection_.filter.accepts(glance, now)) {
            return false;
        }
        if (selection_.filter.needs_row()) {
            return true;
        }
        take(glance.key);
        return false;
    }

    void look_at(const tracker::Row& row) {
        const std::string* const account = ender_.accounts().covered_name(row.account);
        if (account != nullptr && selection_.filter.accepts(row, *account)) {
            take(row.key);
        }
    }

    void take(tracker::SessionKey key) {
        ++count_;
        if (!selection_.expected || count_ <= *selection_.expected) {
            kept_.push_back(key);
        }
    }

    // true: none is left.
    bool end_kept(const Slice& slice) {
        while (!kept_.empty()) {
            if (ender_.end_found(kept_.back(), slice.now()) == Outcome::terminated) {
                ++ended_;
            } else {
                ++already_gone_;
            }
            kept_.pop_back();
            if (slice.over()) {
                break;
            }
        }
        return kept_.empty();
    }

    Response count_changed() const {
        Refusal refusal = refusal_of(ErrorCode::count_changed,
                                     "Now " + std::to_string(count_) + " sessions match, not " +
                                         std::to_string(*selection_.expected) + ". Nothing was ended.");
        refusal.count = count_;
        return problem_response(refusal, context_);
    }

    SessionEnder ender_;
    TerminateSelection selection_;
    tracker::Tracker tracker_;
    tracker::Now asked_;
    ProblemContext context_;
    Walk walk_;
    bool counted_ = false;
    std::uint64_t count_ = 0;
    std::vector<tracker::SessionKey> kept_;
    std::uint64_t ended_ = 0;
    std::uint64_t already_gone_ = 0;
};

}  // namespace

std::unique_ptr<Task> make_delete_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                       tracker::SessionKey key) {
    TerminationWords words = parse_termination_words(request.body);
    return std::make_unique<DeleteTask>(
        SessionEnder(tracker, ScopedAccounts(tracker, access.scope, access.time_zone), access.user,
                     std::move(words)),
        key, ProblemContext(request));
}

std::unique_ptr<Task> make_terminate_task(const Request& request, const Access& access,
                                          tracker::Tracker tracker) {
    TerminateRequest terminate = parse_terminate_request(request.body);
    ScopedAccounts accounts(tracker, access.scope, access.time_zone);
    auto* const selection = std::get_if<TerminateSelection>(&terminate.what);
    if (selection != nullptr && selection->all) {
        require_admin(access, "Ending all sessions");
    }
    if (selection != nullptr && selection->filter.account()) {
        accounts.narrow(*selection->filter.account());
    }
    SessionEnder ender(tracker, std::move(accounts), access.user, std::move(terminate.words));
    if (selection == nullptr) {
        return std::make_unique<RefsTask>(
            std::move(ender), std::get<std::vector<tracker::SessionKey>>(std::move(terminate.what)),
            ProblemContext(request));
    }
    return std::make_unique<SelectionTask>(std::move(ender), std::move(*selection), tracker, request.now,
                                           ProblemContext(request));
}

}  // namespace agent_sessions::admin
