#include "admin/terminate_task.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/durable_act.h"
#include "admin/end_all_task.h"
#include "admin/end_matching_task.h"
#include "admin/end_named_task.h"
#include "admin/json_body.h"
#include "admin/problem.h"
#include "admin/refusal_response.h"
#include "admin/session_ender.h"
#include "admin/terminate_request.h"

namespace agent_sessions::admin {
namespace {

ActFacts facts_of(const Request& request, const Access& access, const TerminationWords& words) {
    ActFacts facts(request, access, tracker::ActKind::terminate);
    facts.reason = words.reason;
    facts.message = words.message;
    return facts;
}

constexpr char kEveryAccount = '*';

// What can be told as one fact: everything within one account or within all of them, of one agent or of
// everybody.
std::optional<EndAllExtent> extent_of(const TerminateSelection& selection, const Access& access,
                                      ScopedAccounts& accounts, tracker::Tracker tracker) {
    const SessionFilter& filter = selection.filter;
    const bool names_agent = filter.agent() && !filter.agent()->empty();
    const int understood = (filter.account() ? 1 : 0) + (names_agent ? 1 : 0);
    if (selection.expected || filter.conditions() != understood) {
        return std::nullopt;
    }
    EndAllExtent extent;
    extent.agent = names_agent ? *filter.agent() : std::string();
    if (accounts.single() != nullptr) {
        extent.account = *accounts.single();
        const auto usage = tracker.account_usage(extent.account);
        if (!usage) {
            return std::nullopt;
        }
        extent.number = usage->index;
        return extent;
    }
    if (!access.scope.all()) {
        return std::nullopt;
    }
    extent.account.push_back(kEveryAccount);
    return extent;
}

std::string describe(const TerminateSelection& selection) {
    if (selection.filter.conditions() == 0) {
        return "all";
    }
    return selection.filter.description();
}

std::unique_ptr<Task> end_named(std::vector<tracker::SessionKey> keys, TerminationWords words,
                                const Request& request, const Access& access, tracker::Tracker tracker) {
    ActFacts facts = facts_of(request, access, words);
    SessionEnder ender(tracker, ScopedAccounts(tracker, access.scope, access.time_zone), access.user,
                       std::move(words));
    return make_end_named_task(std::move(ender), std::move(keys), DurableAct(tracker, std::move(facts)),
                               ProblemContext(request));
}

std::unique_ptr<Task> end_selected(TerminateSelection selection, TerminationWords words,
                                   const Request& request, const Access& access, tracker::Tracker tracker) {
    if (selection.all) {
        require_admin(access, "Ending all sessions");
    }
    ScopedAccounts accounts(tracker, access.scope, access.time_zone);
    ActFacts facts = facts_of(request, access, words);
    if (selection.filter.account()) {
        accounts.narrow(*selection.filter.account());
        facts.accounts = *selection.filter.account() + '\n';
    }
    facts.what = describe(selection);
    facts.agent = selection.filter.agent().value_or(std::string());
    auto extent = extent_of(selection, access, accounts, tracker);
    SessionEnder ender(tracker, std::move(accounts), access.user, std::move(words));
    DurableAct act(tracker, std::move(facts));
    if (extent) {
        return make_end_all_task(std::move(ender), std::move(*extent), std::move(act));
    }
    return make_end_matching_task(std::move(ender), std::move(selection), std::move(act), tracker,
                                  ProblemContext(request));
}

// What a small body asks for counts from the call on.
constexpr std::size_t kSmallBody = 4096;

class WholeSlice final : public Slice {
  public:
    explicit WholeSlice(tracker::Now now) noexcept : now_(now) {}

    bool over() const noexcept override { return false; }
    tracker::Now now() const noexcept override { return now_; }

  private:
    tracker::Now now_;
};

// Reads the body, in slices where it may name thousands of sessions, and then does what it says.
class TerminateTask final : public Task {
  public:
    TerminateTask(const Request& request, Access access, tracker::Tracker tracker)
        : request_(request), access_(std::move(access)), tracker_(tracker), body_(request_.body) {}

    std::optional<Response> step(const Slice& slice) override {
        if (ending_) {
            return ending_->step(slice);
        }
        try {
            read(slice);
        } catch (const Refusal& refusal) {
            return refusal_response(refusal, request_, tracker_);
        }
        return std::nullopt;
    }

    bool is_waiting() const noexcept override { return ending_ && ending_->is_waiting(); }

    // Goes on until the slice is over, or the body was read. Throws Refusal.
    void read(const Slice& slice) {
        if (!asked_) {
            if (!body_.read(slice)) {
                return;
            }
            asked_ = parse_terminate_request(body_.take());
        }
        if (auto* const selection = std::get_if<TerminateSelection>(&asked_->what)) {
            ending_ =
                end_selected(std::move(*selection), std::move(asked_->words), request_, access_, tracker_);
            return;
        }
        RefList& refs = std::get<RefList>(asked_->what);
        if (refs.read(slice)) {
            ending_ = end_named(refs.take(), std::move(asked_->words), request_, access_, tracker_);
        }
    }

  private:
    Request request_;
    Access access_;
    tracker::Tracker tracker_;
    JsonBody body_;
    std::optional<TerminateRequest> asked_;
    std::unique_ptr<Task> ending_;
};

}  // namespace

std::unique_ptr<Task> make_delete_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                       tracker::SessionKey key) {
    TerminationWords words = parse_termination_words(request.body);
    ActFacts facts = facts_of(request, access, words);
    SessionEnder ender(tracker, ScopedAccounts(tracker, access.scope, access.time_zone), access.user,
                       std::move(words));
    return make_end_one_task(std::move(ender), key, DurableAct(tracker, std::move(facts)),
                             ProblemContext(request));
}

std::unique_ptr<Task> make_terminate_task(const Request& request, const Access& access,
                                          tracker::Tracker tracker) {
    auto task = std::make_unique<TerminateTask>(request, access, tracker);
    if (request.body.size() <= kSmallBody) {
        task->read(WholeSlice(request.now));
    }
    return task;
}

}  // namespace agent_sessions::admin
