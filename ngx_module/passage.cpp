#include "ngx_module/passage.h"

#include "ngx_module/gateway/decision.h"

namespace agent_sessions::ngx {

namespace {

// proxy_intercept_errors and its kin hide what the application said.
bool is_refused_by_application(const ngx_http_request_t& request) noexcept {
    return request.upstream != nullptr &&
           gateway::is_refusal(static_cast<int>(request.upstream->headers_in.status_n));
}

}  // namespace

ngx_int_t note_passage(ngx_http_request_t* request) noexcept {
    if (request == request->main) {
        if (RequestState* state = find_state(*request)) {
            state->let_through = true;
        }
    }
    return NGX_DECLINED;
}

void note_redirect(const ngx_http_request_t& request, RequestState& state) noexcept {
    if (request.error_page != 0 && (!state.let_through || is_refused_by_application(request))) {
        state.turned_away = true;
    }
}

}  // namespace agent_sessions::ngx
