#include "ngx_module/succession.h"

#include "ngx_module/gateway/decision.h"

namespace agent_sessions::ngx {

namespace {

bool is_known(Tracking& tracking, tracker::SessionKey key) noexcept {
    const tracker::Found::State state = tracking.tracker.find(key, tracking.now).state;
    return state == tracker::Found::State::live || state == tracker::Found::State::ended;
}

tracker::Remembered remember(Tracking& tracking, tracker::SessionKey key, tracker::WallTime started,
                             std::optional<tracker::SessionKey> predecessor) noexcept {
    return tracking.tracker.remember_run_out(key, started,
                                             account_of(tracking.request, tracking.configuration),
                                             tracking.configuration.lifetime(), tracking.now, predecessor);
}

// Whose name the session after a reactivation takes over. Where the application's cookies were cleared it
// asks for a login, and nobody knows who will answer (PRODUCT 2).
std::optional<tracker::SessionKey> reactivated_from(const Tracking& tracking,
                                                    tracker::SessionKey predecessor) noexcept {
    return tracking.configuration.end_cookies == nullptr ? std::optional(predecessor) : std::nullopt;
}

// The reactivation is used up, so the new cookie goes out, as one whose time is over. Only while nothing can
// be written does the browser keep the old one; then it sees the message once more.
void keep_agent(Tracking& tracking, const gateway::Token& token, tracker::SessionKey predecessor) noexcept {
    if (tracking.state.cause == tracker::Untracked::busy ||
        remember(tracking, token.key, token.issued, reactivated_from(tracking, predecessor)).result ==
            tracker::Remembered::Result::busy) {
        tracking.state.set_cookie = {};
    }
}

// The same for all tabs that bring the ended session's cookie within a short time. nullopt: it failed; then
// it is counted.
std::optional<gateway::Token> give_next_cookie(Tracking& tracking, tracker::SessionHandle ended,
                                               tracker::SessionKey predecessor) {
    const auto nonce = random_source().number();
    const tracker::Successor promise =
        nonce ? tracking.tracker.successor(ended, *nonce, tracking.now) : tracker::Successor{};
    auto token =
        promise.available ? tracking.worker.signer.mint_successor(predecessor, promise) : std::nullopt;
    if (!token || !set_cookie(tracking, *token)) {
        note_untracked(tracking,
                       promise.available || !nonce ? tracker::Untracked::other : tracker::Untracked::busy);
        return std::nullopt;
    }
    return token;
}

}  // namespace

void begin_next(Tracking& tracking) {
    RequestState& state = tracking.state;
    const tracker::SessionKey predecessor = state.key;
    tracker::SessionHandle ended = state.handle;
    if (!state.remembered) {
        const tracker::Remembered remembered = remember(tracking, predecessor, state.started, std::nullopt);
        if (!remembered) {
            issue_cookie(tracking);
            return;
        }
        ended = remembered.handle;
    }
    const auto token = give_next_cookie(tracking, ended, predecessor);
    if (!token) {
        return;
    }
    const bool is_reactivated = state.planned == gateway::Action::reactivate_by_mark ||
                                state.planned == gateway::Action::reactivate_by_reload;
    if (begin_session(tracking, token->key, token->issued, proven_agent_of(tracking),
                      is_reactivated ? reactivated_from(tracking, predecessor) : predecessor)) {
        tracking.tracker.note_successor(ended, token->key);
    } else if (is_known(tracking, token->key)) {
        return;
    } else if (!is_reactivated) {
        state.set_cookie = {};
    } else {
        keep_agent(tracking, *token, predecessor);
    }
}

void issue_reactivated(Tracking& tracking) {
    const tracker::SessionKey predecessor = tracking.state.key;
    const auto token = give_next_cookie(tracking, tracking.state.handle, predecessor);
    if (token) {
        tracking.state.status = SessionStatus::untracked;
        keep_agent(tracking, *token, predecessor);
    }
}

}  // namespace agent_sessions::ngx
