#include "ngx_module/passage.h"

#include "ngx_module/gateway/decision.h"

namespace agent_sessions::ngx {

namespace {

// proxy_intercept_errors and its kin hide what the application said.
bool is_refused_by_application(const ngx_http_request_t& request) noexcept {
    return request.upstream != nullptr &&
           gateway::is_refusal(static_cast<int>(request.upstream->headers_in.status_n));
}

// With recursive_error_pages nginx does not note that error_page leads a request.
bool may_follow_error_page(const ngx_http_request_t& request) noexcept {
    const auto* core = static_cast<const ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&request), ngx_http_core_module));
    const auto* main = static_cast<const MainConfiguration*>(
        ngx_http_get_module_main_conf((&request), ngx_http_agent_sessions_module));
    return request.error_page != 0 || (core->recursive_error_pages != 0 && main->has_error_pages != 0);
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
    if (may_follow_error_page(request) && (!state.let_through || is_refused_by_application(request))) {
        state.turned_away = true;
    }
    // The place that it is led to has access checks of its own.
    state.let_through = false;
}

bool may_have_been_refused(const ngx_http_request_t& request) noexcept {
    return request.error_page != 0 || request.err_status != 0;
}

bool is_past_access_checks(const ngx_http_request_t& request) noexcept {
    const auto* core = static_cast<const ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf((&request), ngx_http_core_module));
    const ngx_http_phase_handler_t* left = core->phase_engine.handlers + request.phase_handler;
    for (; left->checker != nullptr; ++left) {
        if (left->checker == ngx_http_core_access_phase || left->checker == ngx_http_core_post_access_phase) {
            return false;
        }
    }
    return true;
}

}  // namespace agent_sessions::ngx
