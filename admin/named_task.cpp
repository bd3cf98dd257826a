#include "admin/named_task.h"

#include <boost/json/object.hpp>
#include <string_view>
#include <utility>

#include "admin/answer.h"
#include "admin/json_text.h"
#include "admin/tally.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

// The sessions of a list of keys, in order.
class NamedSessions {
  public:
    explicit NamedSessions(std::vector<tracker::SessionKey> keys) : keys_(std::move(keys)) {}

    enum class Progress : std::uint8_t { done, later, gave_up };

    Progress step(SessionAct& deed, const Slice& slice) {
        while (outcomes_.size() < keys_.size()) {
            const tracker::Now now = slice.now();
            const Outcome outcome = deed.on_named(keys_[outcomes_.size()], now);
            if (outcome == Outcome::busy) {
                return deed.has_patience(now) ? Progress::later : Progress::gave_up;
            }
            outcomes_.push_back(outcome);
            affected_ += has_effect(outcome) ? 1 : 0;
            if (slice.over()) {
                return Progress::later;
            }
        }
        return deed.settle(slice) ? Progress::done : Progress::later;
    }

    std::uint64_t affected() const { return affected_; }
    const std::vector<tracker::SessionKey>& keys() const { return keys_; }
    const std::vector<Outcome>& outcomes() const { return outcomes_; }

  private:
    std::vector<tracker::SessionKey> keys_;
    std::vector<Outcome> outcomes_;
    std::uint64_t affected_ = 0;
};

// Those that are wanted, of the first `size`: a single ref, or how many there are and the first of them.
template <typename IsWanted>
std::string describe(const NamedSessions& sessions, std::size_t size, IsWanted is_wanted, std::size_t named) {
    std::size_t count = 0;
    std::string refs;
    for (std::size_t index = 0; index < size; ++index) {
        if (is_wanted(index) && ++count <= named) {
            refs += (count == 1 ? "" : ", ") + tracker::to_ref(sessions.keys()[index]);
        }
    }
    if (count <= 1) {
        return refs;
    }
    return std::to_string(count) + " refs: " + refs + (count > named ? ", \u2026" : "");
}

class NamedTask : public Task {
  public:
    NamedTask(std::unique_ptr<SessionAct> deed, std::vector<tracker::SessionKey> keys, DurableAct act,
              ProblemContext context)
        : deed_(std::move(deed)),
          sessions_(std::move(keys)),
          act_(std::move(act)),
          context_(std::move(context)) {}

    ~NamedTask() override { act_.abandon(sessions_.affected()); }
    NamedTask(const NamedTask&) = delete;
    NamedTask& operator=(const NamedTask&) = delete;

    std::optional<Response> step(const Slice& slice) override {
        if (progress_ == NamedSessions::Progress::later) {
            progress_ = sessions_.step(*deed_, slice);
        }
        const tracker::Now now = slice.now();
        if (progress_ == NamedSessions::Progress::later) {
            go_on(now);
            return std::nullopt;
        }
        if (!is_summed_up_) {
            sum_up(now);
            is_summed_up_ = true;
        }
        if (sessions_.affected() == 0) {
            act_.record_nothing();
        } else if (!act_.record(sessions_.affected(), now)) {
            return std::nullopt;
        }
        if (progress_ == NamedSessions::Progress::gave_up) {
            return busy_response(act_, context_);
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

    // As many as tracker::kMaxActTextBytes have room for, alone and behind the longest terms.
    static constexpr std::size_t kNamed = 7;
    static constexpr std::size_t kNamedBehindTerms = 6;

    template <typename IsWanted>
    std::string what(std::size_t size, IsWanted is_wanted) const {
        const std::string terms(deed_->terms());
        return terms + describe(sessions_, size, is_wanted, terms.empty() ? kNamed : kNamedBehindTerms);
    }

    // What has effect of those that are left is not known yet.
    void go_on(tracker::Now now) {
        if (sessions_.affected() == 0) {
            act_.hold(now);
            return;
        }
        if (act_.facts().what.empty()) {
            act_.facts().what = what(sessions_.keys().size(), [](std::size_t) { return true; });
        }
        act_.go_on(now);
    }

    void sum_up(tracker::Now now) {
        const std::vector<Outcome>& outcomes = sessions_.outcomes();
        // Of another account, or of none: the audit, too, must not tell the one from the other.
        const std::string refused = describe(
            sessions_, outcomes.size(),
            [&outcomes](std::size_t index) { return outcomes[index] == Outcome::not_found; }, kNamed);
        if (!refused.empty()) {
            act_.record_refused(refused, now);
        }
        if (sessions_.affected() != 0) {
            act_.facts().what =
                what(outcomes.size(), [&outcomes](std::size_t index) { return has_effect(outcomes[index]); });
            act_.facts().accounts = deed_->affected_accounts();
        }
    }

    std::unique_ptr<SessionAct> deed_;
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
            results_ += written_ == 0 ? "" : ",";
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
        response.body = results_;
        response.body += durable ? R"(],"durable":true})" : R"(],"durable":false})";
        return response;
    }

  private:
    std::string results_ = R"({"results":[)";
    std::size_t written_ = 0;
};

}  // namespace

std::unique_ptr<Task> make_end_one_task(std::unique_ptr<SessionAct> ender, tracker::SessionKey key,
                                        DurableAct act, ProblemContext context) {
    return std::make_unique<DeleteTask>(std::move(ender), std::vector{key}, std::move(act),
                                        std::move(context));
}

std::unique_ptr<Task> make_named_task(std::unique_ptr<SessionAct> deed, std::vector<tracker::SessionKey> keys,
                                      DurableAct act, ProblemContext context) {
    return std::make_unique<RefsTask>(std::move(deed), std::move(keys), std::move(act), std::move(context));
}

}  // namespace agent_sessions::admin
