#include "admin/segment_check.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin/answer.h"
#include "admin/history_question.h"
#include "tracker/examination.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
using tracker::history::AnswerState;
using Findings = std::vector<std::string>;

Response response_of(const Findings& findings) {
    const bool is_sound = findings.empty();
    return json_response(json::object{{"status", is_sound ? "sound" : "damaged"},
                                      {"findings", json::array(findings.begin(), findings.end())}},
                         is_sound ? 200 : 503);
}

class SegmentCheckTask final : public Task {
  public:
    SegmentCheckTask(const Request& request, std::shared_ptr<tracker::history::Answer<Findings>> answer)
        : context_(request), answer_(std::move(answer)) {}

    std::optional<Response> step(const Slice& /*slice*/) override {
        switch (answer_->state()) {
            case AnswerState::waiting:
                return std::nullopt;
            case AnswerState::answered:
                return response_of(answer_->result());
            default:
                return problem_response(history_busy(), context_);
        }
    }

    bool is_waiting() const noexcept override { return true; }

  private:
    ProblemContext context_;
    std::shared_ptr<tracker::history::Answer<Findings>> answer_;
};

}  // namespace

std::unique_ptr<Task> make_segment_check_task(const Request& request, tracker::Tracker tracker,
                                              tracker::history::Reader* reader) {
    return std::make_unique<SegmentCheckTask>(
        request, require_history(reader).work_beside([tracker] { return tracker::lasting_faults(tracker); }));
}

}  // namespace agent_sessions::admin
