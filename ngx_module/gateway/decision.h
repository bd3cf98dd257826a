// What the request path does with a request: one pure function of facts, in two steps.
//
// decide() is asked in the REWRITE handler and says whether the request is refused, reactivates or passes,
// and what is planned for one that passes. settle() is asked when the answer's header is known, and says what
// becomes of the plan. An answer is never refused by settle(). Source: PRODUCT 4, 5, 6, 8; each rule names
// its own in decision.cpp. Thread safety: pure. Cost: constant.
#pragma once

#include <cstdint>

#include "ngx_module/gateway/cookie_parser.h"
#include "ngx_module/gateway/request_kind.h"
#include "ngx_module/gateway/token.h"
#include "tracker/types.h"

namespace agent_sessions::gateway {

enum class CookieState : std::uint8_t {
    absent,
    conflicting,  // two different values
    unusable,     // malformed, forged or signed by an unknown key: as without a cookie, counted
    undecided,    // OpenSSL failed: nothing is known, as the tracker's `busy`
    unjudged,     // there are no keys, so that not even an ended session's cookie would be known
    adopted,      // the application's own, known here or not
    genuine,
};

// `verified` is looked at where the cookie was found only.
CookieState cookie_state(CookieValue::Status found, Verified::Status verified) noexcept;

struct RequestFacts {
    CookieState cookie = CookieState::absent;
    // Of a genuine cookie:
    tracker::WallTime issued{};
    tracker::Found::State found = tracker::Found::State::unknown;
    tracker::EndReason reason = tracker::EndReason::none;  // of an ended one

    // The application's own cookies are tracked here.
    bool adopts = false;
    bool on_probation = false;  // of one that is unknown: it came before

    tracker::WallTime now{};
    tracker::WallTime memory_created{};  // Tracker::figures().created
    tracker::Lifetime lifetime;

    Method method = Method::get;
    Classified request;
    bool activity = true;           // agent_sessions_activity is not "0"
    bool require = false;           // agent_sessions_require
    bool strict = false;            // the cookie is SameSite=Strict
    bool refuse_untracked = false;  // agent_sessions_untracked is "refuse"
    bool obstructed = false;        // no session could begin now; looked at with refuse_untracked only

    bool carries_mark = false;   // the query has the parameter agent_session_reactivate
    bool mark_valid = false;     // TokenSigner::mark_matches (needed for told ended sessions only)
    bool message_shown = false;  // Tracker::was_message_shown at this URL without the mark (likewise)
};

enum class Action : std::uint8_t {
    // The request goes on to the application.
    pass_live,        // touch
    pass_live_quiet,  // live, but no activity: don't touch
    pass_untracked,   // count as untracked
    begin_fresh,   // the issued cookie came back: begin() with its key and `issued` as start; no Set-Cookie
    begin_next,    // its session ran out: successor(), mint_successor(), Set-Cookie, begin() with predecessor
    issue_cookie,  // Set-Cookie with a new token; nothing begins yet
    reactivate_by_reload,  // use_reactivation() before it goes on; Set-Cookie, begin() with predecessor
    // Of the application's own cookies:
    await_cookie,   // a session begins if the application sets its cookie with the answer
    probe,          // a stranger's: noted if the application does not replace it
    begin_adopted,  // a session begins with this cookie, or the one by which the application replaces it

    // The request ends here.
    refuse_required,   // 403 session_required
    refuse_conflict,   // 400 cookie_conflict
    refuse_untracked,  // 503 session_unavailable
    refuse_unjudged,   // 500: the cookie may be that of an ended session, and nobody can tell
    tell_ended,        // the message page, and note_message_shown(); the answer's form follows wants_page
    refuse_ended,      // the same without noting: script calls, prefetches; form follows wants_page
    // use_reactivation(), new cookie, 303 to the URL without the mark. Also for the reload of a message whose
    // URL still has a void mark.
    reactivate_by_mark,
    drop_mark,  // the mark has nothing (left) to reactivate: 303 to the URL without it, no Set-Cookie
};

Action decide(const RequestFacts& facts) noexcept;

// Is the request answered by us, so that it never reaches the application?
constexpr bool answers_itself(Action action) noexcept {
    switch (action) {
        case Action::refuse_required:
        case Action::refuse_conflict:
        case Action::refuse_untracked:
        case Action::refuse_unjudged:
        case Action::tell_ended:
        case Action::refuse_ended:
        case Action::reactivate_by_mark:
        case Action::drop_mark:
            return true;
        default:
            return false;
    }
}

// Is the cookie that of a session that was closed, so that it must not pass, whatever fails?
constexpr bool concerns_ended(Action action) noexcept {
    return action == Action::tell_ended || action == Action::refuse_ended ||
           action == Action::reactivate_by_mark || action == Action::reactivate_by_reload;
}

// Does a live session's request go on, with nothing planned for its answer?
constexpr bool passes_live(Action action) noexcept {
    return action == Action::pass_live || action == Action::pass_live_quiet;
}

// Does the plan put a Set-Cookie on the answer?
constexpr bool sets_cookie(Action action) noexcept {
    return action == Action::begin_next || action == Action::issue_cookie ||
           action == Action::reactivate_by_mark || action == Action::reactivate_by_reload;
}

// Does a session begin, with this request or with the cookie that the answer brings?
constexpr bool begins(Action action) noexcept {
    return action == Action::begin_fresh || action == Action::begin_adopted || sets_cookie(action);
}

struct AnswerFacts {
    int status = 200;
    bool begin_allowed = true;  // agent_sessions_begin is not "0"
    bool turned_away = false;   // refused, though error_page gave the answer another status
};

// 401, 403 and 407: nginx or the application refused, for want of who asked. 429: who asks too often must not
// begin sessions by it (limit_req_status 429).
constexpr bool is_refusal(int status) noexcept {
    return status == 401 || status == 403 || status == 407 || status == 429;
}

constexpr bool refuses(const AnswerFacts& answer) noexcept {
    return answer.turned_away || is_refusal(answer.status);
}

// What is done about `planned` once the answer is known. Where nothing may begin (agent_sessions_begin "0", a
// refusal) beginnings and issues become pass_untracked, and a reactivation becomes
// issue_cookie: it is used up, so the agent gets the cookie, and the session begins when that comes back.
// Where a cookie had to be set on a 304, pass_untracked.
Action settle(Action planned, const AnswerFacts& answer) noexcept;

// Is an unknown genuine cookie young enough to begin its own session, with its time of issue as the start?
// Source: PRODUCT 4 ("not older than the idle timeout") and 6 ("taken up again").
bool may_begin_fresh(tracker::WallTime issued, tracker::WallTime now, tracker::WallTime memory_created,
                     const tracker::Lifetime& lifetime) noexcept;

}  // namespace agent_sessions::gateway
