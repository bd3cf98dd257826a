#include "admin/body_task.h"

#include <utility>

#include "admin/refusal_response.h"

namespace agent_sessions::admin {
namespace {

constexpr std::size_t kSmallBody = 4096;

class WholeSlice final : public Slice {
  public:
    explicit WholeSlice(tracker::Now now) noexcept : now_(now) {}

    bool over() const noexcept override { return false; }
    tracker::Now now() const noexcept override { return now_; }

  private:
    tracker::Now now_;
};

}  // namespace

BodyTask::BodyTask(const Request& request, Access access, tracker::Tracker tracker)
    : request_(request), access_(std::move(access)), tracker_(tracker), body_(request_.body) {}

std::optional<Response> BodyTask::step(const Slice& slice) {
    if (deed_) {
        return deed_->step(slice);
    }
    try {
        read(slice);
    } catch (const Refusal& refusal) {
        return refusal_response(refusal, request_, tracker_);
    }
    return std::nullopt;
}

void BodyTask::read_if_small() {
    if (request_.body.size() <= kSmallBody) {
        read(WholeSlice(request_.now));
    }
}

void BodyTask::read(const Slice& slice) {
    if (!is_parsed_) {
        if (!body_.read(slice)) {
            return;
        }
        parse(body_.take());
        is_parsed_ = true;
    }
    deed_ = deed(slice);
}

}  // namespace agent_sessions::admin
