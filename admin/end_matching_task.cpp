#include "admin/end_matching_task.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "admin/tally.h"
#include "admin/walk.h"

namespace agent_sessions::admin {
namespace {

class EndMatchingTask final : public Task {
  public:
    EndMatchingTask(std::unique_ptr<SessionEnder> ender, TerminateSelection selection, DurableAct act,
                    tracker::Tracker tracker, ProblemContext context)
        : ender_(std::move(ender)),
          selection_(std::move(selection)),
          act_(std::move(act)),
          tracker_(tracker),
          latest_(tracker.latest_sequence()),
          context_(std::move(context)),
          walk_(tracker, looked_at(selection_.filter)) {}

    ~EndMatchingTask() override { act_.abandon(affected()); }
    EndMatchingTask(const EndMatchingTask&) = delete;
    EndMatchingTask& operator=(const EndMatchingTask&) = delete;

    std::optional<Response> step(const Slice& slice) override {
        do {
            if (may_end() && !end_kept(slice)) {
                return go_on(slice);
            }
            if (counted_ || gave_up_) {
                break;
            }
            counted_ = walk(slice);
            if (counted_ && count_ != 0) {
                act_.facts().accounts = account_lines(ender_->accounts(), matched_);
            }
            if (counted_ && selection_.expected && count_ != *selection_.expected) {
                return count_changed();
            }
        } while (!slice.over());
        const bool is_done = counted_ && kept_.empty();
        if ((!is_done && !gave_up_) || !ender_->settle(slice)) {
            return go_on(slice);
        }
        const tracker::Now now = slice.now();
        if (affected() == 0) {
            act_.record_nothing();
        } else if (!act_.record(affected(), now)) {
            return std::nullopt;
        }
        if (gave_up_) {
            return busy_response(act_, context_);
        }
        const std::optional<bool> durable = act_.is_durable(now);
        return durable ? std::optional(tally_response(tally_, *durable, act_)) : std::nullopt;
    }

    bool is_waiting() const noexcept override { return act_.is_waiting(); }

  private:
    static tracker::RowParts looked_at(const SessionFilter& filter) {
        tracker::RowParts parts = filter.parts();
        parts.begun_sequence = true;
        return parts;
    }

    std::uint64_t affected() const { return tally_.ended + tally_.ending; }

    std::optional<Response> go_on(const Slice& slice) {
        if (affected() != 0) {
            act_.go_on(slice.now());
        }
        return std::nullopt;
    }

    bool may_end() const { return counted_ || !selection_.expected; }

    bool walk(const Slice& slice) {
        return walk_.step(
            slice,
            [this](const tracker::Tracker::Glance& glance, tracker::Now now) { return look_at(glance, now); },
            [this](const tracker::Row& row, tracker::Now) { look_at(row); });
    }

    bool look_at(const tracker::Tracker::Glance& glance, tracker::Now now) {
        if (glance.begun_sequence > latest_ || ender_->accounts().covered_name(glance.account) == nullptr ||
            !selection_.filter.accepts(glance, now)) {
            return false;
        }
        if (selection_.filter.needs_row()) {
            return true;
        }
        take(glance.key, glance.account);
        return false;
    }

    void look_at(const tracker::Row& row) {
        const std::string* const account = ender_->accounts().covered_name(row.account);
        if (account != nullptr && selection_.filter.accepts(row, *account)) {
            take(row.key, row.account);
        }
    }

    void take(tracker::SessionKey key, std::uint16_t account) {
        ++count_;
        matched_.insert(account);
        if (!selection_.expected || count_ <= *selection_.expected) {
            kept_.push_back(key);
        }
    }

    // true: none is left, or it is given up.
    bool end_kept(const Slice& slice) {
        while (!kept_.empty() && !gave_up_) {
            const tracker::Now now = slice.now();
            const Outcome outcome = ender_->on_found(kept_.back(), now);
            if (outcome == Outcome::busy) {
                gave_up_ = !ender_->has_patience(now);
                break;
            }
            tally_.add(outcome);
            kept_.pop_back();
            if (slice.over()) {
                break;
            }
        }
        return kept_.empty() || gave_up_;
    }

    Response count_changed() const {
        Refusal refusal = refusal_of(ErrorCode::count_changed,
                                     "Now " + std::to_string(count_) + " sessions match, not " +
                                         std::to_string(*selection_.expected) + ". Nothing was ended.");
        refusal.count = count_;
        return problem_response(refusal, context_);
    }

    std::unique_ptr<SessionEnder> ender_;
    TerminateSelection selection_;
    DurableAct act_;
    tracker::Tracker tracker_;
    std::uint64_t latest_;  // event when the request came
    ProblemContext context_;
    Walk walk_;
    bool counted_ = false;
    std::uint64_t count_ = 0;
    std::set<std::uint16_t> matched_;  // their accounts
    std::vector<tracker::SessionKey> kept_;
    Tally tally_;
    bool gave_up_ = false;  // the table stayed busy
};

}  // namespace

std::unique_ptr<Task> make_end_matching_task(std::unique_ptr<SessionEnder> ender,
                                             TerminateSelection selection, DurableAct act,
                                             tracker::Tracker tracker, ProblemContext context) {
    return std::make_unique<EndMatchingTask>(std::move(ender), std::move(selection), std::move(act), tracker,
                                             std::move(context));
}

}  // namespace agent_sessions::admin
