#include "ngx_module/identity.h"

#include "ngx_module/adoption.h"
#include "ngx_module/bound_instances.h"
#include "ngx_module/passage.h"
#include "ngx_module/renewal.h"

namespace agent_sessions::ngx {

namespace {

void replace_session(Tracking& tracking, std::string_view agent) {
    if (tracking.state.adopts) {
        begin_for_another(tracking, agent);
        return;
    }
    // Without a new cookie the browser would stay with the old one. A later answer brings the name again.
    if (tracking.request.headers_out.status == NGX_HTTP_NOT_MODIFIED) {
        return;
    }
    const auto token = mint(tracking);
    if (!token) {
        return;
    }
    tracker::EndRequest end;
    end.reason = tracker::EndReason::logout;
    const tracker::EndResult ended = tracking.tracker.end(current_key(tracking), end, tracking.now);
    // Of several answers that bring the new name at once, one ends the old session, and that one begins the
    // new.
    if (ended != tracker::EndResult::ended && ended != tracker::EndResult::ended_unsettled) {
        return;
    }
    tracking.state.live = false;
    if (set_cookie(tracking, *token)) {
        begin_session(tracking, token->key, token->issued, agent, std::nullopt);
    }
}

void learn_agent(Tracking& tracking) {
    RequestState& state = tracking.state;
    const std::string_view agent = agent_of(tracking.request, tracking.configuration);
    if (agent.empty()) {
        return;
    }
    if (tracking.tracker.is_named(state.handle, agent)) {
        state.agent = agent;
        if (!state.adopts && !tracking.tracker.is_seen(state.handle)) {
            bring_unseen_cookie(tracking);
        }
        return;
    }
    if (!is_past_access_checks(tracking.request)) {
        return;
    }
    state.agent = agent;
    if (!state.adopts && !tracking.tracker.has_own_name(state.handle)) {
        // Its cookie can't be renewed with this answer. A later one brings the name again.
        if (tracking.request.headers_out.status == NGX_HTTP_NOT_MODIFIED) {
            return;
        }
        renew_cookie(tracking);
    }
    if (tracking.tracker.identify(state.handle, agent, tracking.now) == tracker::IdentifyResult::different) {
        replace_session(tracking, agent);
    }
}

}  // namespace

void follow_identity(Tracking& tracking) {
    learn_agent(tracking);
    const RequestState& state = tracking.state;
    if (!state.live || tracking.configuration.label == nullptr) {
        return;
    }
    const std::string_view label = evaluate(tracking.request, tracking.configuration.label);
    if (!label.empty() && tracking.tracker.hash_name(label) != state.label_hash) {
        tracking.tracker.relabel(state.handle, label, tracking.now);
    }
}

bool is_logout(Tracking& tracking) noexcept {
    const std::string_view value = evaluate(tracking.request, tracking.configuration.logout);
    return !value.empty() && value != "0";
}

void log_out(Tracking& tracking) noexcept {
    RequestState& state = tracking.state;
    tracking.tracker.end(current_key(tracking), {tracker::EndReason::logout}, tracking.now);
    state.live = false;
    state.remembered = true;
}

void follow_interaction(Tracking& tracking) noexcept {
    if (!tracking.state.live) {
        return;
    }
    ngx_http_request_t& request = tracking.request;
    const LocationConfiguration& configuration = tracking.configuration;
    if (const std::string_view name = evaluate(request, configuration.interaction); !name.empty()) {
        const std::string_view instance = evaluate(request, configuration.instance);
        tracking.tracker.open_instance(tracking.state.handle, name, instance, tracking.now);
        bind_instance(tracking, name, instance);
    }
    if (const std::string_view name = evaluate(request, configuration.closed_interaction); !name.empty()) {
        tracking.tracker.close_instance(tracking.state.handle, name,
                                        evaluate(request, configuration.closed_instance), tracking.now);
    }
}

}  // namespace agent_sessions::ngx
