#include "admin/terminate_task.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answer.h"
#include "admin/durable_act.h"
#include "admin/json_text.h"
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
            ended_ += outcome == Outcome::terminated ? 1 : 0;
            if (slice.over()) {
                return Progress::later;
            }
        }
        return ender.settle(slice) ? Progress::done : Progress::later;
    }

    std::uint64_t ended() const { return ended_; }
    const std::vector<tracker::SessionKey>& keys() const { return keys_; }
    const std::vector<Outcome>& outcomes() const { return outcomes_; }

  private:
    std::vector<tracker::SessionKey> keys_;
    std::vector<Outcome> outcomes_;
    std::uint64_t ended_ = 0;
};

// Those that came out so: a single ref, or how many there are and the first of them.
std::string describe(const NamedSessions& sessions, Outcome wanted) {
    constexpr std::size_t kNamed = 7;  // as many as tracker::kMaxActTextBytes have room for
    std::size_t count = 0;
    std::string refs;
    for (std::size_t index = 0; index < sessions.outcomes().size(); ++index) {
        if (sessions.outcomes()[index] == wanted && ++count <= kNamed) {
            refs += (count == 1 ? "" : ", ") + tracker::to_ref(sessions.keys()[index]);
        }
    }
    if (count <= 1) {
        return refs;
    }
    return std::to_string(count) + " refs: " + refs + (count > kNamed ? ", \u2026" : "");
}

// Ends named sessions, records that, and waits for the disk.
class NamedTask : public Task {
  public:
    NamedTask(SessionEnder ender, std::vector<tracker::SessionKey> keys, DurableAct act,
              ProblemContext context)
        : ender_(std::move(ender)),
          sessions_(std::move(keys)),
          act_(std::move(act)),
          context_(std::move(context)) {}

    std::optional<Response> step(const Slice& slice) override {
        if (progress_ == NamedSessions::Progress::later) {
            progress_ = sessions_.step(ender_, slice);
        }
        if (progress_ == NamedSessions::Progress::later) {
            return std::nullopt;
        }
        const tracker::Now now = slice.now();
        if (!is_summed_up_) {
            sum_up(now);
            is_summed_up_ = true;
        }
        if (sessions_.ended() == 0) {
            act_.record_nothing();
        } else if (!act_.record(sessions_.ended(), now)) {
            return std::nullopt;
        }
        if (progress_ == NamedSessions::Progress::gave_up) {
            return told(busy_response(context_));
        }
        is_written_ = is_written_ || write(sessions_, slice);
        if (!is_written_) {
            return std::nullopt;
        }
        const std::optional<bool> durable = act_.is_durable(now);
        return durable ? std::optional(told(answer(sessions_, *durable))) : std::nullopt;
    }

    bool is_waiting() const noexcept override { return is_written_ && act_.is_waiting(); }

  protected:
    // Prepares what the answer says of each session, while the disk works. true: all of it is there.
    virtual bool write(const NamedSessions& /*sessions*/, const Slice& /*slice*/) { return true; }
    virtual Response answer(const NamedSessions& sessions, bool durable) const = 0;
    const ProblemContext& context() const { return context_; }

  private:
    Response told(Response response) const {
        act_.tell_loss(response);
        return response;
    }

    void sum_up(tracker::Now now) {
        act_.facts().what = describe(sessions_, Outcome::terminated);
        // Of another account, or of none: the audit, too, must not tell the one from the other.
        const std::string refused = describe(sessions_, Outcome::not_found);
        if (!refused.empty()) {
            act_.record_refused(refused, now);
        }
    }

    SessionEnder ender_;
    NamedSessions sessions_;
    NamedSessions::Progress progress_ = NamedSessions::Progress::later;
    DurableAct act_;
    ProblemContext context_;
    bool is_summed_up_ = false;
    bool is_written_ = false;
};

class DeleteTask final : public NamedTask {
  public:
    using NamedTask::NamedTask;

  protected:
    Response answer(const NamedSessions& sessions, bool durable) const override {
        if (sessions.outcomes().front() != Outcome::terminated) {
            return problem_response(refusal_of(ErrorCode::session_not_found), context());
        }
        Response response = api_response(204, "");
        response.headers.emplace_back("Agent-Sessions-Durable", durable ? "true" : "false");
        return response;
    }
};

class RefsTask final : public NamedTask {
  public:
    using NamedTask::NamedTask;

  protected:
    bool write(const NamedSessions& sessions, const Slice& slice) override {
        while (written_ < sessions.keys().size()) {
            results_ += results_.empty() ? "" : ",";
            results_ += json_text(json::object{
                {"ref", tracker::to_ref(sessions.keys()[written_])},
                {"result", to_string(sessions.outcomes()[written_])},
            });
            ++written_;
            if (slice.over()) {
                break;
            }
        }
        return written_ == sessions.keys().size();
    }

    Response answer(const NamedSessions& /*sessions*/, bool durable) const override {
        Response response = api_response(200, "application/json");
        response.body = R"({"results":[)" + results_ + R"(],"durable":)" + (durable ? "true}" : "false}");
        return response;
    }

  private:
    std::string results_;
    std::size_t written_ = 0;
};

Response tally_response(std::uint64_t ended, std::uint64_t already_gone, bool durable,
                        const DurableAct& act) {
    Response response =
        json_response(json::object{{"ended", ended}, {"already_gone", already_gone}, {"durable", durable}});
    act.tell_loss(response);
    return response;
}

// Ends all of an account, or of an agent, or everything: the history learns it as one fact, first, and the
// sessions follow (ARCHITECTURE 7).
class SweepTask final : public Task {
  public:
    struct Extent {
        std::string account;                  // "*" = all
        std::optional<std::uint16_t> number;  // of that account
        std::string agent;                    // empty = everybody
    };

    SweepTask(SessionEnder ender, Extent extent, DurableAct act)
        : ender_(std::move(ender)), extent_(std::move(extent)), act_(std::move(act)) {}

    std::optional<Response> step(const Slice& slice) override {
        if (!act_.record_sweeping(extent_.account, extent_.agent, slice.now())) {
            return std::nullopt;
        }
        begun_by_ = begun_by_.value_or(act_.boundary());
        while (!cursor_.done) {
            ended_ += ender_.end_all(cursor_, scope(), slice.now());
            if (slice.over()) {
                return std::nullopt;
            }
        }
        if (!act_.finish(ended_, slice.now())) {
            return std::nullopt;
        }
        const std::optional<bool> durable = act_.is_durable(slice.now());
        return durable ? std::optional(tally_response(ended_, 0, *durable, act_)) : std::nullopt;
    }

    bool is_waiting() const noexcept override { return act_.is_waiting(); }

  private:
    tracker::Tracker::EndScope scope() const {
        tracker::Tracker::EndScope scope{extent_.number, std::nullopt, begun_by_.value_or(0)};
        if (!extent_.agent.empty()) {
            scope.agent = extent_.agent;
        }
        return scope;
    }

    SessionEnder ender_;
    Extent extent_;
    DurableAct act_;
    std::optional<std::uint64_t> begun_by_;
    tracker::RowCursor cursor_;
    std::uint64_t ended_ = 0;
};

// Ends what matches and had begun when the request came. With an expected number it is counted first, and
// then exactly the counted ones are ended, so no more keys are kept than were expected; without, each is
// ended where the walk meets it.
class SelectionTask final : public Task {
  public:
    SelectionTask(SessionEnder ender, TerminateSelection selection, DurableAct act, tracker::Tracker tracker,
                  ProblemContext context)
        : ender_(std::move(ender)),
          selection_(std::move(selection)),
          act_(std::move(act)),
          tracker_(tracker),
          latest_(tracker.latest_sequence()),
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
        const tracker::Now now = slice.now();
        if (ended_ == 0) {
            act_.record_nothing();
        } else if (!act_.record(ended_, now)) {
            return std::nullopt;
        }
        const std::optional<bool> durable = act_.is_durable(now);
        return durable ? std::optional(tally_response(ended_, already_gone_, *durable, act_)) : std::nullopt;
    }

    bool is_waiting() const noexcept override { return act_.is_waiting(); }

  private:
    bool may_end() const { return counted_ || !selection_.expected; }

    bool walk(const Slice& slice) {
        return walk_.step(
            tracker_, slice,
            [this](const tracker::Tracker::Glance& glance, tracker::Now now) { return look_at(glance, now); },
            [this](const tracker::Row& row, tracker::Now) { look_at(row); });
    }

    bool look_at(const tracker::Tracker::Glance& glance, tracker::Now now) {
        if (glance.begun_sequence > latest_ || ender_.accounts().covered_name(glance.account) == nullptr ||
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
    DurableAct act_;
    tracker::Tracker tracker_;
    std::uint64_t latest_;  // event when the request came
    ProblemContext context_;
    Walk walk_;
    bool counted_ = false;
    std::uint64_t count_ = 0;
    std::vector<tracker::SessionKey> kept_;
    std::uint64_t ended_ = 0;
    std::uint64_t already_gone_ = 0;
};

ActFacts facts_of(const Request& request, const Access& access, const TerminationWords& words) {
    ActFacts facts(request, access, tracker::ActKind::terminate);
    facts.reason = words.reason;
    facts.message = words.message;
    return facts;
}

// What can be told as one fact: everything within one account or within all of them, of one agent or of
// everybody.
std::optional<SweepTask::Extent> extent_of(const TerminateSelection& selection, const Access& access,
                                           ScopedAccounts& accounts, tracker::Tracker tracker) {
    const SessionFilter& filter = selection.filter;
    const bool names_agent = filter.agent() && !filter.agent()->empty();
    const int understood = (filter.account() ? 1 : 0) + (names_agent ? 1 : 0);
    if (selection.expected || filter.conditions() != understood) {
        return std::nullopt;
    }
    SweepTask::Extent extent;
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
    extent.account = "*";
    return extent;
}

std::string describe(const TerminateSelection& selection) {
    if (selection.filter.conditions() == 0) {
        return "all";
    }
    return selection.filter.description();
}

}  // namespace

std::unique_ptr<Task> make_delete_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                       tracker::SessionKey key) {
    TerminationWords words = parse_termination_words(request.body);
    ActFacts facts = facts_of(request, access, words);
    return std::make_unique<DeleteTask>(
        SessionEnder(tracker, ScopedAccounts(tracker, access.scope, access.time_zone), access.user,
                     std::move(words)),
        std::vector{key}, DurableAct(tracker, std::move(facts)), ProblemContext(request));
}

std::unique_ptr<Task> make_terminate_task(const Request& request, const Access& access,
                                          tracker::Tracker tracker) {
    TerminateRequest terminate = parse_terminate_request(request.body);
    ScopedAccounts accounts(tracker, access.scope, access.time_zone);
    ActFacts facts = facts_of(request, access, terminate.words);
    auto* const selection = std::get_if<TerminateSelection>(&terminate.what);
    if (selection == nullptr) {
        auto keys = std::get<std::vector<tracker::SessionKey>>(std::move(terminate.what));
        return std::make_unique<RefsTask>(
            SessionEnder(tracker, std::move(accounts), access.user, std::move(terminate.words)),
            std::move(keys), DurableAct(tracker, std::move(facts)), ProblemContext(request));
    }
    if (selection->all) {
        require_admin(access, "Ending all sessions");
    }
    if (selection->filter.account()) {
        accounts.narrow(*selection->filter.account());
        facts.accounts = *selection->filter.account() + '\n';
    }
    facts.what = describe(*selection);
    facts.agent = selection->filter.agent().value_or(std::string());
    auto extent = extent_of(*selection, access, accounts, tracker);
    SessionEnder ender(tracker, std::move(accounts), access.user, std::move(terminate.words));
    DurableAct act(tracker, std::move(facts));
    if (extent) {
        return std::make_unique<SweepTask>(std::move(ender), std::move(*extent), std::move(act));
    }
    return std::make_unique<SelectionTask>(std::move(ender), std::move(*selection), std::move(act), tracker,
                                           ProblemContext(request));
}

}  // namespace agent_sessions::admin
