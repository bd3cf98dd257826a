#include "admin/refusal_response.h"

#include <string_view>

#include "admin/durable_act.h"
#include "admin/routes.h"

namespace agent_sessions::admin {
namespace {

void record_refused_change(const Request& request, tracker::Tracker tracker) {
    if (!tracker || !request.path.starts_with(kApi)) {
        return;
    }
    const std::string_view path = request.path.substr(kApi.size());
    if (request.method == "POST" && path == kTerminate) {
        record_refused(tracker, request, tracker::ActKind::terminate, "several sessions");
    } else if (request.method == "POST" && path == kKeep) {
        record_refused(tracker, request, tracker::ActKind::keep, "several sessions");
    } else if (request.method == "POST" && path == kErase) {
        record_refused(tracker, request, tracker::ActKind::erase, "an agent's name");
    } else if (request.method == "DELETE" && path.starts_with(kOneSession)) {
        const std::string_view ref = path.substr(kOneSession.size());
        record_refused(tracker, request, tracker::ActKind::terminate,
                       tracker::parse_ref(ref) ? ref : "not a ref");
    }
}

// What is in somebody else's account looks as if it were not there.
bool is_denial(ErrorCode code) {
    return facts_of(code).status == 403 || code == ErrorCode::account_not_found;
}

}  // namespace

Response refusal_response(const Refusal& refusal, const Request& request, tracker::Tracker tracker) {
    if (is_denial(refusal.code)) {
        record_refused_change(request, tracker);
    }
    return problem_response(refusal, ProblemContext(request));
}

}  // namespace agent_sessions::admin
