#include "ngx_module/settlement.h"

#include "ngx_module/adoption.h"
#include "ngx_module/gateway/decision.h"
#include "ngx_module/identity.h"
#include "ngx_module/renewal.h"
#include "ngx_module/succession.h"

namespace agent_sessions::ngx {

namespace {

// The cookie was given out to nobody in particular.
void begin_fresh(Tracking& tracking) {
    RequestState& state = tracking.state;
    const bool may_renew = tracking.request.headers_out.status != NGX_HTTP_NOT_MODIFIED;
    const std::string_view agent = may_renew ? proven_agent_of(tracking) : std::string_view();
    if (begin_session(tracking, state.key, state.started, agent, std::nullopt) && !agent.empty() &&
        state.status == SessionStatus::begun) {
        renew_cookie(tracking);
    }
}

void carry_out(Tracking& tracking, gateway::Action action) {
    RequestState& state = tracking.state;
    switch (action) {
        case gateway::Action::begin_fresh:
            begin_fresh(tracking);
            break;
        case gateway::Action::begin_next:
        case gateway::Action::reactivate_by_reload:
            begin_next(tracking);
            break;
        case gateway::Action::issue_cookie:
            if (state.planned == gateway::Action::reactivate_by_reload) {
                issue_reactivated(tracking);
            } else {
                issue_cookie(tracking);
            }
            break;
        case gateway::Action::pass_untracked:
            note_untracked(tracking, state.cause);
            break;
        default:
            break;
    }
}

}  // namespace

void settle(Tracking& tracking) {
    gateway::AnswerFacts answer;
    answer.status = static_cast<int>(tracking.request.headers_out.status);
    answer.turned_away = tracking.state.turned_away;
    const bool logs_out = !gateway::refuses(answer) && is_logout(tracking);
    if (gateway::begins(tracking.state.planned) || tracking.state.adopts) {
        answer.begin_allowed = !logs_out && (tracking.configuration.begin == nullptr ||
                                             evaluate(tracking.request, tracking.configuration.begin) != "0");
    }
    const gateway::Action settled = gateway::settle(tracking.state.planned, answer);
    if (tracking.state.adopts) {
        settle_adopted(tracking, settled, answer);
    } else {
        carry_out(tracking, settled);
    }
    if (logs_out) {
        if (tracking.state.live) {
            log_out(tracking);
        }
        return;
    }
    // An answer that refuses says nothing about who asked: until it is let through, a name is only what
    // somebody claimed.
    if (tracking.state.live && !gateway::refuses(answer)) {
        follow_identity(tracking);
        follow_interaction(tracking);
    }
}

}  // namespace agent_sessions::ngx
