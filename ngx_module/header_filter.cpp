#include "ngx_module/header_filter.h"

#include "ngx_module/answer.h"
#include "ngx_module/cache_control.h"
#include "ngx_module/clock.h"
#include "ngx_module/end_cookies.h"
#include "ngx_module/gateway/decision.h"
#include "ngx_module/guard.h"
#include "ngx_module/identity.h"
#include "ngx_module/settlement.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

namespace {

ngx_http_output_header_filter_pt next_header_filter;

// The configuration that holds for this answer. nullptr = the request was led to where nothing is tracked;
// but a reactivation that was used up must bring its cookie from anywhere.
const LocationConfiguration* configuration_of_answer(const ngx_http_request_t& request,
                                                     const RequestState& state) noexcept {
    const LocationConfiguration& current = location_configuration(request);
    if (!current.tracks()) {
        return state.planned == gateway::Action::reactivate_by_reload ? state.configuration : nullptr;
    }
    return current.zone == state.zone ? &current : state.configuration;
}

// false = out of memory: the answer can't go out.
bool handle_answer(ngx_http_request_t& request, RequestState& state) {
    if (state.refused && state.status == SessionStatus::ended &&
        !clear_application_cookies(request, *state.configuration)) {
        return false;
    }
    if (state.answered) {
        return true;
    }
    if (state.refused) {
        const bool is_told =
            state.status != SessionStatus::ended || add_header(request, "Agent-Session", "ended");
        return is_told && keep_unstored(request);
    }
    if (!state.settled) {
        state.settled = true;
        const LocationConfiguration* configuration = configuration_of_answer(request, state);
        ZoneWorker* worker = worker_of(*state.zone);
        if (configuration != nullptr && worker != nullptr) {
            Tracking tracking{request, *configuration, state, *worker, state.zone->tracker, cached_now()};
            settle(tracking);
        }
    }
    return state.set_cookie.empty() ||
           (add_header(request, "Set-Cookie", state.set_cookie) && keep_private(request));
}

// A live session passed, and no directive asks what the answer says of it.
bool is_settled_by_passing(const ngx_http_request_t& request, const RequestState& state) noexcept {
    const LocationConfiguration& current = location_configuration(request);
    return gateway::passes_live(state.planned) && !state.settled && !state.adopts &&
           !follows_answers(request, current) &&
           (&current == state.configuration || !follows_answers(request, *state.configuration));
}

[[gnu::noinline]] ngx_int_t track_answer(ngx_http_request_t* request, RequestState& state) noexcept {
    // A failure of ours passes the answer on as it is.
    const bool passed = guard(request->connection->log, "tracking an answer", true,
                              [request, &state] { return handle_answer(*request, state); });
    return passed ? next_header_filter(request) : NGX_ERROR;
}

[[gnu::noinline]] ngx_int_t filter_decided(ngx_http_request_t* request) noexcept {
    RequestState* state = find_state(*request);
    return state == nullptr || is_settled_by_passing(*request, *state) ? next_header_filter(request)
                                                                       : track_answer(request, *state);
}

ngx_int_t filter_header(ngx_http_request_t* request) noexcept {
    return request != request->main || is_new(*request) ? next_header_filter(request)
                                                        : filter_decided(request);
}

}  // namespace

void add_header_filter() noexcept {
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = filter_header;
}

}  // namespace agent_sessions::ngx
