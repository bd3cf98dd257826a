#include "ngx_module/gateway/decision.h"

namespace agent_sessions::gateway {

namespace {

using tracker::EndReason;
using State = tracker::Found::State;

// What the cookie is worth.
enum class Standing : std::uint8_t {
    none,       // as good as no cookie
    live,       // names a live session
    fresh,      // may begin its own session
    run_out,    // its session's time is over
    told,       // a person or a rule ended it
    stranger,   // the application's own, unknown here
    returning,  // the same, on probation already
    undecided,  // could not be found out
};

Standing standing_of_ended(EndReason reason) noexcept {
    if (tracker::is_run_out(reason)) {
        return Standing::run_out;
    }
    // PRODUCT 5: a session that logged out gets no message; 2: its Agent Id is never taken over.
    if (reason == EndReason::logout) {
        return Standing::none;
    }
    // PRODUCT 8: an ended cookie is always refused, also for a reason that is not known here.
    return Standing::told;
}

Standing standing_of_adopted(const RequestFacts& facts) noexcept {
    const Standing unknown = facts.on_probation ? Standing::returning : Standing::stranger;
    switch (facts.found) {
        case State::live:
            return Standing::live;
        case State::ended:
            // One that logged out and still comes is as good as one that was never seen.
            return facts.reason == EndReason::logout ? unknown : standing_of_ended(facts.reason);
        case State::busy:
            return Standing::undecided;
        case State::unknown:
            break;
    }
    return unknown;
}

Standing standing_of(const RequestFacts& facts) noexcept {
    if (facts.cookie == CookieState::undecided) {
        return Standing::undecided;
    }
    if (facts.cookie == CookieState::adopted) {
        return standing_of_adopted(facts);
    }
    if (facts.cookie != CookieState::genuine) {
        return Standing::none;
    }
    switch (facts.found) {
        case State::live:
            return Standing::live;
        case State::ended:
            return standing_of_ended(facts.reason);
        case State::busy:
            return Standing::undecided;
        case State::unknown:
            break;
    }
    return may_begin_fresh(facts.issued, facts.now, facts.memory_created, facts.lifetime) ? Standing::fresh
                                                                                          : Standing::run_out;
}

// PRODUCT 5: "What reactivates, and nothing else", and that a POST never does. A HEAD shows nobody anything.
Action answer_told(const RequestFacts& facts) noexcept {
    const bool prefetch = facts.request.kind == RequestKind::prefetch;
    if (facts.method == Method::get && !prefetch) {
        // (a) The mark proves the button, so it works where the request does not look like a navigation any
        // more: through a service worker, and from the overlay of a script.
        if (facts.mark_valid) {
            return Action::reactivate_by_mark;
        }
        // (b) The reload of a message. A page that reloads itself is told apart by Sec-Fetch-User.
        if (facts.request.kind == RequestKind::navigation && facts.message_shown &&
            (facts.request.user_activated || !facts.request.sends_fetch_metadata)) {
            return facts.carries_mark ? Action::reactivate_by_mark : Action::reactivate_by_reload;
        }
    }
    // PRODUCT 5: a page for the agent's navigation, a body to read for a script. Nobody has seen what was
    // prefetched, nor the answer to a HEAD.
    const bool seen = facts.request.wants_page && !prefetch &&
                      (facts.method == Method::get || facts.method == Method::post);
    return seen ? Action::tell_ended : Action::refuse_ended;
}

// A strict cookie stays at home when another site leads here. A new one would push it out, and with it an
// end.
bool may_be_withheld(const RequestFacts& facts) noexcept {
    return facts.strict && facts.cookie == CookieState::absent && facts.request.cross_site;
}

Action pass_without_session(const RequestFacts& facts) noexcept {
    return facts.adopts ? Action::await_cookie : Action::pass_untracked;
}

Action answer_without_cookie(const RequestFacts& facts) noexcept {
    switch (facts.request.kind) {
        // PRODUCT 4: the first navigation gets a cookie. PRODUCT 6: or it is the application that sets it.
        case RequestKind::navigation:
            if (facts.adopts) {
                return Action::await_cookie;
            }
            return may_be_withheld(facts) ? Action::pass_untracked : Action::issue_cookie;
        // PRODUCT 4: preflights and cross-site POSTs pass also where a session is required.
        case RequestKind::preflight:
        case RequestKind::cross_site_post:
            return pass_without_session(facts);
        case RequestKind::prefetch:
        case RequestKind::script_call:
            break;
    }
    // PRODUCT 4: what is no navigation and carries no cookie passes untracked unless agent_sessions_require
    // is on.
    return facts.require ? Action::refuse_required : pass_without_session(facts);
}

Action answer_fresh(const RequestFacts& facts) noexcept {
    // PRODUCT 4: the session begins when the cookie comes back, with whatever request, but never by a
    // prefetch or a cross-site POST.
    const bool begins =
        facts.request.kind == RequestKind::navigation || facts.request.kind == RequestKind::script_call;
    return begins ? Action::begin_fresh : Action::pass_untracked;
}

Action answer_run_out(const RequestFacts& facts) noexcept {
    // PRODUCT 4: the next navigation begins the next session, and so does a script call that is activity; one
    // that is no activity is treated like one without a cookie.
    if (facts.request.kind == RequestKind::navigation ||
        (facts.request.kind == RequestKind::script_call && facts.activity)) {
        return facts.adopts ? Action::begin_adopted : Action::begin_next;
    }
    return answer_without_cookie(facts);
}

// PRODUCT 6: it waits until it comes again and the application has not replaced it.
Action answer_stranger(const RequestFacts& facts, bool is_returning) noexcept {
    const bool may_begin =
        facts.request.kind == RequestKind::navigation || facts.request.kind == RequestKind::script_call;
    if (is_returning && may_begin) {
        return Action::begin_adopted;
    }
    // Whatever somebody made up is no session.
    const Action otherwise = answer_without_cookie(facts);
    return otherwise == Action::await_cookie ? Action::probe : otherwise;
}

Action decide_if_tracked(const RequestFacts& facts) noexcept {
    // PRODUCT 6: two different values are refused.
    if (facts.cookie == CookieState::conflicting) {
        return Action::refuse_conflict;
    }
    // PRODUCT 8: an ended cookie is always refused, so one that may be an ended one is, too.
    if (facts.cookie == CookieState::unjudged) {
        return Action::refuse_unjudged;
    }
    const Standing standing = standing_of(facts);
    if (standing == Standing::told) {
        return answer_told(facts);
    }
    // The mark is ours, not the application's: it must not reach it, nor stay in the address bar.
    if (facts.carries_mark && facts.method == Method::get && facts.request.kind != RequestKind::prefetch) {
        return Action::drop_mark;
    }
    switch (standing) {
        case Standing::live:
            // PRODUCT 4: requests that are no activity do not extend a session.
            return facts.activity ? Action::pass_live : Action::pass_live_quiet;
        case Standing::fresh:
            return answer_fresh(facts);
        case Standing::run_out:
            return answer_run_out(facts);
        case Standing::none:
            return answer_without_cookie(facts);
        case Standing::stranger:
            return answer_stranger(facts, false);
        case Standing::returning:
            return answer_stranger(facts, true);
        case Standing::undecided:
        case Standing::told:
            break;
    }
    // PRODUCT 8: when it can't track, the request goes on; one directive turns that into refusing.
    return facts.refuse_untracked ? Action::refuse_untracked : Action::pass_untracked;
}

}  // namespace

CookieState cookie_state(CookieValue::Status found, Verified::Status verified) noexcept {
    switch (found) {
        case CookieValue::Status::absent:
            return CookieState::absent;
        case CookieValue::Status::conflicting:
            return CookieState::conflicting;
        case CookieValue::Status::malformed:
            return CookieState::unusable;
        case CookieValue::Status::found:
            break;
    }
    switch (verified) {
        case Verified::Status::genuine:
            return CookieState::genuine;
        case Verified::Status::failed:
            return CookieState::undecided;
        case Verified::Status::keyless:
            return CookieState::unjudged;
        case Verified::Status::forged:
        case Verified::Status::malformed:
        case Verified::Status::unknown_key:
            break;
    }
    return CookieState::unusable;
}

Action decide(const RequestFacts& facts) noexcept {
    const Action action = decide_if_tracked(facts);
    return facts.refuse_untracked && facts.obstructed && begins(action) ? Action::refuse_untracked : action;
}

Action settle(Action planned, const AnswerFacts& answer) noexcept {
    if (answers_itself(planned) || !begins(planned)) {
        return planned;
    }
    // ARCHITECTURE 5: a cookie is never set on 304.
    if (sets_cookie(planned) && answer.status == 304) {
        return Action::pass_untracked;
    }
    // PRODUCT 4: pages that begin none, and requests that were refused.
    if (answer.begin_allowed && !refuses(answer)) {
        return planned;
    }
    return planned == Action::reactivate_by_reload ? Action::issue_cookie : Action::pass_untracked;
}

bool may_begin_fresh(tracker::WallTime issued, tracker::WallTime now, tracker::WallTime memory_created,
                     const tracker::Lifetime& lifetime) noexcept {
    const tracker::Millis age = now - issued;
    if (age >= lifetime.absolute) {
        return false;
    }
    // An issue time ahead of now means that the clock was set back. By little: as if just issued.
    if (age <= lifetime.idle) {
        return age >= -lifetime.idle;
    }
    // PRODUCT 6: taken up again, where this memory may have forgotten a session that is still young enough.
    // What is older than the idle timeout was issued before a memory that is younger.
    return now - memory_created < lifetime.idle;
}

}  // namespace agent_sessions::gateway
