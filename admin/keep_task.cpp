#include "admin/keep_task.h"

#include <optional>
#include <string_view>
#include <utility>

#include "admin/body_task.h"
#include "admin/durable_act.h"
#include "admin/named_task.h"
#include "admin/problem.h"
#include "admin/ref_list.h"
#include "admin/session_keeper.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

RefList parse_keep_request(json::object body) {
    for (const auto& [key, value] : body) {
        if (view_of(key) != "refs") {
            throw unknown_member("", view_of(key));
        }
    }
    json::value* const refs = body.if_contains("refs");
    if (refs == nullptr) {
        throw missing_member("/refs", "The body must have \"refs\".");
    }
    return RefList(std::move(*refs));
}

class KeepTask final : public BodyTask {
  public:
    using BodyTask::BodyTask;

  protected:
    void parse(json::object body) override { refs_ = parse_keep_request(std::move(body)); }

    std::unique_ptr<Task> deed(const Slice& slice) override {
        if (!refs_->read(slice)) {
            return nullptr;
        }
        auto keeper = std::make_unique<SessionKeeper>(
            tracker(), ScopedAccounts(tracker(), access().scope, access().time_zone));
        ActFacts facts(request(), access(), tracker::ActKind::keep);
        return make_named_task(std::move(keeper), refs_->take(), DurableAct(tracker(), std::move(facts)),
                               ProblemContext(request()));
    }

  private:
    std::optional<RefList> refs_;
};

}  // namespace

std::unique_ptr<Task> make_keep_task(const Request& request, const Access& access, tracker::Tracker tracker) {
    auto task = std::make_unique<KeepTask>(request, access, tracker);
    task->read_if_small();
    return task;
}

}  // namespace agent_sessions::admin
