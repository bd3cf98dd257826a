#include "admin/end_named_task.h"

#include <boost/json/object.hpp>
#include <string_view>
#include <utility>

#include "admin/answer.h"
#include "admin/json_text.h"

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

}  // namespace

std::unique_ptr<Task> make_end_one_task(SessionEnder ender, tracker::SessionKey key, DurableAct act,
                                        ProblemContext context) {
    return std::make_unique<DeleteTask>(std::move(ender), std::vector{key}, std::move(act),
                                        std::move(context));
}

std::unique_ptr<Task> make_end_named_task(SessionEnder ender, std::vector<tracker::SessionKey> keys,
                                          DurableAct act, ProblemContext context) {
    return std::make_unique<RefsTask>(std::move(ender), std::move(keys), std::move(act), std::move(context));
}

}  // namespace agent_sessions::admin
