#include "admin/end_all_task.h"

#include <utility>

#include "admin/tally.h"

namespace agent_sessions::admin {
namespace {

class EndAllTask final : public Task {
  public:
    EndAllTask(std::unique_ptr<SessionEnder> ender, EndAllExtent extent, DurableAct act)
        : ender_(std::move(ender)), extent_(std::move(extent)), act_(std::move(act)) {}

    std::optional<Response> step(const Slice& slice) override {
        if (!act_.record_sweeping(extent_.account, extent_.agent, slice.now())) {
            return std::nullopt;
        }
        begun_by_ = begun_by_.value_or(act_.boundary());
        while (!cursor_.done) {
            ended_ += ender_->end_all(cursor_, scope(), slice.now());
            if (slice.over()) {
                act_.hold(slice.now());
                return std::nullopt;
            }
        }
        if (!act_.finish(ended_, slice.now())) {
            return std::nullopt;
        }
        const std::optional<bool> durable = act_.is_durable(slice.now());
        return durable ? std::optional(tally_response({.ended = ended_}, *durable, act_)) : std::nullopt;
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

    std::unique_ptr<SessionEnder> ender_;
    EndAllExtent extent_;
    DurableAct act_;
    std::optional<std::uint64_t> begun_by_;
    tracker::RowCursor cursor_;
    std::uint64_t ended_ = 0;
};

}  // namespace

std::unique_ptr<Task> make_end_all_task(std::unique_ptr<SessionEnder> ender, EndAllExtent extent,
                                        DurableAct act) {
    return std::make_unique<EndAllTask>(std::move(ender), std::move(extent), std::move(act));
}

}  // namespace agent_sessions::admin
