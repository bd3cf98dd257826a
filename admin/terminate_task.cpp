#include "admin/terminate_task.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/body_task.h"
#include "admin/durable_act.h"
#include "admin/end_all_task.h"
#include "admin/end_matching_task.h"
#include "admin/named_task.h"
#include "admin/problem.h"
#include "admin/session_ender.h"
#include "admin/terminate_request.h"
#include "tracker/account_name.h"

namespace agent_sessions::admin {
namespace {

ActFacts facts_of(const Request& request, const Access& access, const TerminationWords& words) {
    ActFacts facts(request, access, tracker::ActKind::terminate);
    facts.reason = words.reason;
    facts.message = words.message;
    return facts;
}

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
    extent.account = tracker::kAllAccounts;
    return extent;
}

std::string describe(const TerminateSelection& selection, const TerminationTerms& terms) {
    const std::string before = terms.description();
    return before + (selection.filter.conditions() == 0
                         ? "all"
                         : selection.filter.description(tracker::kMaxActTextBytes - before.size()));
}

std::unique_ptr<SessionEnder> ender_of(ScopedAccounts accounts, TerminationTerms terms, const Access& access,
                                       tracker::Tracker tracker) {
    return std::make_unique<SessionEnder>(tracker, std::move(accounts), access.user, std::move(terms));
}

std::unique_ptr<Task> end_named(std::vector<tracker::SessionKey> keys, TerminationTerms terms,
                                const Request& request, const Access& access, tracker::Tracker tracker) {
    ActFacts facts = facts_of(request, access, terms.words);
    auto ender =
        ender_of(ScopedAccounts(tracker, access.scope, access.time_zone), std::move(terms), access, tracker);
    return make_named_task(std::move(ender), std::move(keys), DurableAct(tracker, std::move(facts)),
                           ProblemContext(request));
}

std::unique_ptr<Task> end_selected(TerminateSelection selection, TerminationTerms terms,
                                   const Request& request, const Access& access, tracker::Tracker tracker) {
    if (selection.filter.conditions() == 0) {
        require_admin(access, "Ending all sessions");
    }
    ScopedAccounts accounts(tracker, access.scope, access.time_zone);
    ActFacts facts = facts_of(request, access, terms.words);
    if (selection.filter.account()) {
        accounts.narrow(*selection.filter.account());
        facts.accounts = *selection.filter.account() + '\n';
    }
    facts.what = describe(selection, terms);
    facts.agent = selection.filter.agent().value_or(std::string());
    // What goes on meanwhile has not ended for the history.
    auto extent = terms.when_finished ? std::nullopt : extent_of(selection, access, accounts, tracker);
    auto ender = ender_of(std::move(accounts), std::move(terms), access, tracker);
    DurableAct act(tracker, std::move(facts));
    if (extent) {
        return make_end_all_task(std::move(ender), std::move(*extent), std::move(act));
    }
    return make_end_matching_task(std::move(ender), std::move(selection), std::move(act), tracker,
                                  ProblemContext(request));
}

class TerminateTask final : public BodyTask {
  public:
    using BodyTask::BodyTask;

  protected:
    void parse(boost::json::object body) override { asked_ = parse_terminate_request(std::move(body)); }

    std::unique_ptr<Task> deed(const Slice& slice) override {
        if (auto* const selection = std::get_if<TerminateSelection>(&asked_->what)) {
            return end_selected(std::move(*selection), std::move(asked_->terms), request(), access(),
                                tracker());
        }
        RefList& refs = std::get<RefList>(asked_->what);
        return refs.read(slice)
                   ? end_named(refs.take(), std::move(asked_->terms), request(), access(), tracker())
                   : nullptr;
    }

  private:
    std::optional<TerminateRequest> asked_;
};

}  // namespace

std::unique_ptr<Task> make_delete_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                       tracker::SessionKey key) {
    TerminationWords words = parse_termination_words(request.body);
    ActFacts facts = facts_of(request, access, words);
    auto ender = ender_of(ScopedAccounts(tracker, access.scope, access.time_zone), {std::move(words)}, access,
                          tracker);
    return make_end_one_task(std::move(ender), key, DurableAct(tracker, std::move(facts)),
                             ProblemContext(request));
}

std::unique_ptr<Task> make_terminate_task(const Request& request, const Access& access,
                                          tracker::Tracker tracker) {
    auto task = std::make_unique<TerminateTask>(request, access, tracker);
    task->read_if_small();
    return task;
}

}  // namespace agent_sessions::admin
