#include "ngx_module/settlement.h"

#include "ngx_module/gateway/decision.h"
#include "ngx_module/identity.h"

namespace agent_sessions::ngx {

namespace {

void issue_cookie(Tracking& tracking) {
    const auto token = mint(tracking);
    if (!token || !set_cookie(tracking, *token)) {
        note_untracked(tracking, tracker::Untracked::other);
        return;
    }
    tracking.state.status = SessionStatus::untracked;
}

bool is_known(Tracking& tracking, tracker::SessionKey key) noexcept {
    const tracker::Found::State state = tracking.tracker.find(key, tracking.now).state;
    return state == tracker::Found::State::live || state == tracker::Found::State::ended;
}

// The session of the cookie is over, and its agent goes on. All tabs that bring that cookie within a short
// time get the same next session.
void begin_next(Tracking& tracking) {
    RequestState& state = tracking.state;
    const tracker::SessionKey predecessor = state.key;
    std::optional<tracker::SessionHandle> ended;
    if (state.remembered) {
        ended = state.handle;
    } else {
        ended = tracking.tracker.remember_run_out(predecessor, state.started,
                                                  account_of(tracking.request, tracking.configuration),
                                                  tracking.configuration.lifetime(), tracking.now);
    }
    const auto nonce = random_source().number();
    tracker::Successor promise;
    if (ended && nonce) {
        promise = tracking.tracker.successor(*ended, *nonce, tracking.now);
    }
    const auto token =
        promise.available ? tracking.worker.signer.mint_successor(predecessor, promise) : std::nullopt;
    if (!token || !set_cookie(tracking, *token)) {
        issue_cookie(tracking);
        return;
    }
    if (begin_session(tracking, token->key, token->issued, agent_of(tracking.request, tracking.configuration),
                      predecessor)) {
        tracking.tracker.note_successor(*ended, token->key);
    } else if (state.planned == gateway::Action::begin_next && !is_known(tracking, token->key)) {
        // No room or busy: only the cookie that came tells whom the next session belongs to, so the browser
        // keeps it and asks again.
        state.set_cookie = {};
    }
}

void carry_out(Tracking& tracking, gateway::Action action) {
    RequestState& state = tracking.state;
    switch (action) {
        case gateway::Action::begin_fresh:
            begin_session(tracking, state.key, state.started,
                          agent_of(tracking.request, tracking.configuration), std::nullopt);
            break;
        case gateway::Action::begin_next:
        case gateway::Action::reactivate_by_reload:
            begin_next(tracking);
            break;
        case gateway::Action::issue_cookie:
            issue_cookie(tracking);
            break;
        case gateway::Action::pass_untracked:
            note_untracked(tracking, state.cause);
            break;
        default:
            break;
    }
}

bool begins(gateway::Action action) noexcept {
    return action == gateway::Action::begin_fresh || gateway::sets_cookie(action);
}

}  // namespace

void settle(Tracking& tracking) {
    gateway::AnswerFacts answer;
    answer.status = static_cast<int>(tracking.request.headers_out.status);
    answer.turned_away = tracking.state.turned_away;
    if (begins(tracking.state.planned) && tracking.configuration.begin != nullptr) {
        answer.begin_allowed = evaluate(tracking.request, tracking.configuration.begin) != "0";
    }
    carry_out(tracking, gateway::settle(tracking.state.planned, answer));
    // An answer that refuses says nothing about who asked: until it is let through, a name is only what
    // somebody claimed.
    if (tracking.state.live && !gateway::refuses(answer)) {
        follow_identity(tracking);
        follow_interaction(tracking);
    }
}

}  // namespace agent_sessions::ngx
