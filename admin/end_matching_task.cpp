#include "admin/end_matching_task.h"

#include <string>
#include <utility>
#include <vector>

#include "admin/tally.h"
#include "admin/walk.h"

namespace agent_sessions::admin {
namespace {

using Outcome = SessionEnder::Outcome;

class EndMatchingTask final : public Task {
  public:
    EndMatchingTask(SessionEnder ender, TerminateSelection selection, DurableAct act,
                    tracker::Tracker tracker, ProblemContext context)
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

}  // namespace

std::unique_ptr<Task> make_end_matching_task(SessionEnder ender, TerminateSelection selection, DurableAct act,
                                             tracker::Tracker tracker, ProblemContext context) {
    return std::make_unique<EndMatchingTask>(std::move(ender), std::move(selection), std::move(act), tracker,
                                             std::move(context));
}

}  // namespace agent_sessions::admin
