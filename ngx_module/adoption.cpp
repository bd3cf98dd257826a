#include "ngx_module/adoption.h"

#include <algorithm>

#include "ngx_module/request_facts.h"

namespace agent_sessions::ngx {

namespace {

using State = tracker::Found::State;

// More different values than any browser sends.
constexpr std::size_t kMostValues = 32;

struct Judged {
    AdoptedCookie cookie;
    tracker::SessionKey name;
    tracker::Found found;
    bool is_let_go = false;  // closed, but its agent has reactivated

    bool is_live() const noexcept { return found.state == State::live; }
    bool is_closed() const noexcept { return found.state == State::ended && tracker::is_told(found.reason); }
    bool has_run_out() const noexcept {
        return found.state == State::ended && tracker::is_run_out(found.reason);
    }
};

using JudgedCookies = std::vector<Judged>;

// nullopt: there is a value that can't be judged.
std::optional<JudgedCookies> judge(const ngx_http_request_t& request,
                                   const CookieConfiguration& configuration, ZoneWorker& worker,
                                   tracker::Now now) {
    JudgedCookies judged;
    for (const AdoptedCookie& cookie : adopted_in_request(request, configuration)) {
        const auto name = worker.signer.name_adopted(cookie.name, cookie.value);
        if (!name) {
            return std::nullopt;
        }
        const bool is_new = std::none_of(judged.begin(), judged.end(),
                                         [&name](const Judged& other) { return other.name == *name; });
        if (is_new && judged.size() < kMostValues) {
            judged.push_back({cookie, *name, worker.zone->tracker.find_unproven(*name, now)});
        }
    }
    return judged;
}

// Marks the closed ones that no longer count. What is returned is the one whose agent has reactivated and has
// no new cookie yet, if any.
std::optional<tracker::SessionHandle> let_go(tracker::Tracker& tracker, JudgedCookies& judged) {
    std::optional<tracker::SessionHandle> reactivated;
    const bool has_known = std::any_of(judged.begin(), judged.end(),
                                       [](const Judged& one) { return one.is_live() || one.has_run_out(); });
    for (Judged& one : judged) {
        if (!one.is_closed()) {
            continue;
        }
        const auto facts = tracker.ended_facts(one.found.handle);
        one.is_let_go = facts && facts->reactivations != 0 && (has_known || !facts->followed);
        if (one.is_let_go && !facts->followed) {
            reactivated = one.found.handle;
        }
    }
    return reactivated;
}

Judged* first(JudgedCookies& judged, bool (*is_wanted)(const Judged&)) noexcept {
    const auto found = std::find_if(judged.begin(), judged.end(), is_wanted);
    return found == judged.end() ? nullptr : &*found;
}

Judged* counting(JudgedCookies& judged) noexcept {
    using Wanted = bool (*)(const Judged&);
    for (const Wanted wanted : {
             Wanted([](const Judged& one) { return one.is_closed() && !one.is_let_go; }),
             Wanted([](const Judged& one) { return one.is_live(); }),
             Wanted([](const Judged& one) { return one.has_run_out(); }),
             Wanted([](const Judged& one) { return !one.is_let_go; }),
         }) {
        if (Judged* one = first(judged, wanted)) {
            return one;
        }
    }
    return nullptr;
}

void enter(Tracking& tracking, const Judged& one) noexcept {
    RequestState& state = tracking.state;
    state.presented = one.name;
    state.cookie_number = one.cookie.number;
    state.handle = one.found.handle;
    state.label_hash = one.found.label_hash;
    state.live = one.is_live();
    state.remembered = one.found.state == State::ended;
    state.known = state.live || state.remembered;
    state.key = one.name;
    if (state.known) {
        state.started = one.found.started;
        state.key = tracking.tracker.key_of(state.handle).value_or(one.name);
    }
}

void strip(Tracking& tracking, const JudgedCookies& judged, bool (*is_unwanted)(const Judged&)) {
    if (std::none_of(judged.begin(), judged.end(), is_unwanted)) {
        return;
    }
    strip_cookies(tracking.request, [&](const gateway::Cookie& cookie) {
        // The same value may come in another spelling.
        return std::any_of(judged.begin(), judged.end(), [&](const Judged& one) {
            return is_unwanted(one) && one.cookie.name == cookie.name &&
                   tracking.worker.signer.name_adopted(cookie.name, cookie.value) == one.name;
        });
    });
}

std::optional<tracker::SessionKey> random_key() noexcept {
    const auto high = random_source().number();
    const auto low = random_source().number();
    return high && low ? std::optional(tracker::SessionKey{*high, *low}) : std::nullopt;
}

// Makes the name of a session that is over free for the next one of the same cookie. Gives the key under
// which it is remembered now.
std::optional<tracker::SessionKey> set_aside(Tracking& tracking, tracker::SessionHandle handle,
                                             tracker::SessionKey key) noexcept {
    const auto aside = random_key();
    return aside && tracking.tracker.set_aside(handle, key, *aside, tracking.now) ? aside : std::nullopt;
}

void begin_presented(Tracking& tracking) {
    RequestState& state = tracking.state;
    const auto predecessor = state.remembered ? set_aside(tracking, state.handle, state.key) : std::nullopt;
    begin_session(tracking, state.presented, tracking.now.wall, proven_agent_of(tracking), predecessor);
}

bool kind_may_begin(const Tracking& tracking) noexcept {
    gateway::HeaderFacts header = header_facts_of(tracking.request);
    header.carries_our_cookie = brings_adopted(tracking.request, *tracking.configuration.cookie);
    const gateway::RequestKind kind = gateway::classify(header).kind;
    return kind == gateway::RequestKind::navigation || kind == gateway::RequestKind::script_call;
}

// The cookies that an answer gives, with the names of their sessions.
class Answer {
  public:
    Answer(Tracking& tracking, const gateway::AnswerFacts& facts)
        : tracking_(tracking), is_refused_(gateway::refuses(facts)) {
        for (const GivenCookie& cookie :
             adopted_in_answer(tracking.request, *tracking.configuration.cookie)) {
            if (const auto name = tracking.worker.signer.name_adopted(cookie.name, cookie.value)) {
                given_.push_back({cookie, *name});
            }
        }
        may_begin_ = !given_.empty() && facts.begin_allowed && !is_refused_ && kind_may_begin(tracking);
    }

    // A live session's cookie may get another value, or be cleared.
    void follow_live() {
        if (given_.empty()) {
            return;
        }
        RequestState& state = tracking_.state;
        const std::uint16_t scope = tracking_.tracker.cookie_scope(state.handle);
        const auto is_own = [&](const Given& given) {
            return given.cookie.number == state.cookie_number && (scope == 0 || given.cookie.scope == scope);
        };
        const bool is_cleared = std::any_of(given_.begin(), given_.end(), [&](const Given& given) {
            return given.cookie.is_cleared && is_own(given);
        });
        if (is_cleared) {
            tracker::EndRequest logout;
            logout.reason = tracker::EndReason::logout;
            tracking_.tracker.end(state.key, logout, tracking_.now);
            state.live = false;
        } else {
            std::erase_if(given_, [&](const Given& given) {
                return given.cookie.is_cleared || (is_own(given) && take_over(given));
            });
        }
        if (withholds(current_key(tracking_))) {
            state.live = false;
            state.remembered = true;
        } else if (is_cleared) {
            begin_given();
        } else {
            begin_beside();
        }
    }

    // A session begins with the cookie that the application sets. false: it sets none.
    bool begin_given() {
        std::erase_if(given_, [](const Given& given) { return given.cookie.is_cleared; });
        if (given_.empty()) {
            return false;
        }
        if (!may_begin_) {
            // It begins when it comes, unless somebody was refused.
            for (const Given& given : given_) {
                if (!is_refused_) {
                    tracking_.tracker.note_stranger(given.name, tracking_.now);
                }
            }
            note_untracked(tracking_, tracking_.state.cause);
            return true;
        }
        const Given first = given_.front();
        given_.erase(given_.begin());
        const tracker::SessionHandle closed = tracking_.state.reactivated;
        if (begin(first) && tracking_.state.follows_reactivated) {
            tracking_.tracker.note_successor(closed, first.name);
        }
        begin_beside();
        return true;
    }

    // Whether the session of this key was closed while the request was under way, after the check. Then
    // nothing that the answer gives leads past the end.
    bool withholds(tracker::SessionKey key) {
        const tracker::Found found = tracking_.tracker.find_unproven(key, tracking_.now);
        if (found.state != State::ended || !tracker::is_told(found.reason)) {
            return false;
        }
        withhold_adopted(tracking_.request, *tracking_.configuration.cookie);
        return true;
    }

    bool gives_any() const noexcept { return !given_.empty(); }

    bool clears(std::uint8_t number) const noexcept {
        return std::any_of(given_.begin(), given_.end(), [number](const Given& given) {
            return given.cookie.is_cleared && given.cookie.number == number;
        });
    }

    bool is_refused() const noexcept { return is_refused_; }

  private:
    struct Given {
        GivenCookie cookie;
        tracker::SessionKey name;
    };

    bool begin(const Given& given) {
        tracking_.state.cookie_scope = given.cookie.scope;
        tracking_.state.cookie_number = given.cookie.number;
        // A value that the application gives out again.
        const tracker::Found before = tracking_.tracker.find_unproven(given.name, tracking_.now);
        if (before.state == State::ended && !tracker::is_told(before.reason)) {
            set_aside(tracking_, before.handle, given.name);
        }
        return begin_session(tracking_, given.name, tracking_.now.wall, proven_agent_of(tracking_),
                             std::nullopt);
    }

    // The session goes on under the new value. false: it is another session's.
    bool take_over(const Given& given) {
        RequestState& state = tracking_.state;
        if (given.name == state.key && tracking_.tracker.cookie_scope(state.handle) != 0) {
            return true;
        }
        switch (tracking_.tracker.rekey(state.handle, given.name, given.cookie.scope, tracking_.now)) {
            case tracker::RekeyResult::rekeyed:
                state.key = given.name;
                break;
            case tracker::RekeyResult::busy:
            case tracker::RekeyResult::no_room:
                // Nothing is lost but the row's place: it begins anew when it comes.
                tracking_.tracker.note_stranger(given.name, tracking_.now);
                break;
            default:
                break;
        }
        return true;
    }

    // Sessions of further cookies, which are not the one that the request is about.
    void begin_beside() {
        if (!may_begin_) {
            return;
        }
        const RequestState kept = tracking_.state;
        for (const Given& given : given_) {
            begin(given);
            tracking_.state = kept;
        }
    }

    Tracking& tracking_;
    std::vector<Given> given_;
    bool is_refused_;
    bool may_begin_ = false;
};

}  // namespace

Presented find_adopted(const ngx_http_request_t& request, const CookieConfiguration& configuration,
                       ZoneWorker& worker, tracker::Now now) {
    Presented presented;
    auto judged = judge(request, configuration, worker, now);
    if (!judged) {
        presented.found.state = State::busy;
        return presented;
    }
    let_go(worker.zone->tracker, *judged);
    const Judged* const one = counting(*judged);
    return one != nullptr ? Presented{one->found, one->name} : presented;
}

gateway::RequestFacts judge_adopted(Tracking& tracking, bool touching) {
    RequestState& state = tracking.state;
    state.adopts = true;
    gateway::RequestFacts facts;
    facts.adopts = true;
    if (is_ambiguous(tracking.request, *tracking.configuration.cookie)) {
        facts.cookie = gateway::CookieState::conflicting;
        return facts;
    }
    for (;;) {
        std::optional<JudgedCookies> judged =
            judge(tracking.request, *tracking.configuration.cookie, tracking.worker, tracking.now);
        if (!judged) {
            facts.cookie = gateway::CookieState::unjudged;
            return facts;
        }
        if (judged->size() == kMostValues) {
            facts.cookie = gateway::CookieState::conflicting;
            return facts;
        }
        state.follows_reactivated = false;
        if (const auto reactivated = let_go(tracking.tracker, *judged)) {
            state.reactivated = *reactivated;
            state.follows_reactivated = true;
        }
        const Judged* one = counting(*judged);
        if (one == nullptr || !one->is_closed()) {
            strip(tracking, *judged, [](const Judged& other) { return other.is_let_go; });
        }
        if (one == nullptr) {
            return facts;
        }
        // Whoever comes too late to touch it looks once more.
        if (one->is_live() && touching &&
            tracking.tracker.find_unproven(one->name, tracking.now, true).state != State::live) {
            continue;
        }
        enter(tracking, *one);
        facts.cookie = gateway::CookieState::adopted;
        facts.found = one->found.state;
        facts.reason = one->found.reason;
        facts.on_probation = tracking.tracker.is_on_probation(one->name);
        return facts;
    }
}

void reactivate_all(Tracking& tracking) {
    const std::optional<JudgedCookies> judged =
        judge(tracking.request, *tracking.configuration.cookie, tracking.worker, tracking.now);
    if (!judged) {
        return;
    }
    for (const Judged& one : *judged) {
        if (!one.is_closed()) {
            continue;
        }
        if (one.found.handle != tracking.state.handle) {
            if (const auto facts = tracking.tracker.ended_facts(one.found.handle)) {
                tracking.tracker.use_reactivation(one.found.handle, facts->reactivations);
            }
        }
        // The one that came after an earlier reactivation is gone.
        tracking.tracker.note_successor(one.found.handle, {});
    }
}

void await_new_cookie(Tracking& tracking) {
    RequestState& state = tracking.state;
    reactivate_all(tracking);
    if (const std::optional<JudgedCookies> judged =
            judge(tracking.request, *tracking.configuration.cookie, tracking.worker, tracking.now)) {
        strip(tracking, *judged, [](const Judged& one) { return one.is_closed(); });
    }
    state.reactivated = state.handle;
    state.follows_reactivated = true;
    state.remembered = false;
    state.known = false;
    state.planned = gateway::Action::await_cookie;
}

void settle_adopted(Tracking& tracking, gateway::Action settled, const gateway::AnswerFacts& facts) {
    RequestState& state = tracking.state;
    Answer answer(tracking, facts);
    if (state.live) {
        answer.follow_live();
        return;
    }
    if (answer.gives_any() && !state.follows_reactivated && answer.withholds(state.presented)) {
        note_untracked(tracking, state.cause);
        return;
    }
    const bool is_cleared = answer.clears(state.cookie_number);
    if (answer.begin_given()) {
        return;
    }
    if (settled == gateway::Action::begin_adopted && !is_cleared) {
        begin_presented(tracking);
        return;
    }
    note_untracked(tracking, state.cause);
    if (settled == gateway::Action::probe) {
        state.status = SessionStatus::probation;
        if (!answer.is_refused() && !is_cleared) {
            tracking.tracker.note_stranger(state.presented, tracking.now);
        }
    }
}

void begin_for_another(Tracking& tracking, std::string_view agent) {
    RequestState& state = tracking.state;
    const tracker::SessionKey key = state.key;
    tracker::EndRequest logout;
    logout.reason = tracker::EndReason::logout;
    const tracker::EndResult ended = tracking.tracker.end(key, logout, tracking.now);
    // Of several answers that bring the new name at once, one ends the old session, and that one begins the
    // new.
    if (ended != tracker::EndResult::ended && ended != tracker::EndResult::ended_unsettled) {
        return;
    }
    state.live = false;
    if (set_aside(tracking, state.handle, key)) {
        state.cookie_scope = tracking.tracker.cookie_scope(state.handle);
        begin_session(tracking, key, tracking.now.wall, agent, std::nullopt);
    }
}

}  // namespace agent_sessions::ngx
