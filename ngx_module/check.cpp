#include "ngx_module/check.h"

#include <optional>

#include "ngx_module/adoption.h"
#include "ngx_module/clock.h"
#include "ngx_module/conditions.h"
#include "ngx_module/gateway/decision.h"
#include "ngx_module/gateway/reactivation_url.h"
#include "ngx_module/guard.h"
#include "ngx_module/passage.h"
#include "ngx_module/refusal.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/request_tally.h"
#include "ngx_module/succession.h"
#include "ngx_module/text.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

namespace {

// Of our own refusal, error_page may show a file and nothing else: a content handler is a way to an
// application.
bool may_show(const ngx_http_request_t& request) noexcept {
    return request.content_handler == nullptr &&
           (request.method == NGX_HTTP_GET || request.method == NGX_HTTP_HEAD);
}

void enter(RequestState& state, tracker::SessionKey key, const tracker::Found& found) noexcept {
    state.key = key;
    state.handle = found.handle;
    state.label_hash = found.label_hash;
    state.live = found.state == tracker::Found::State::live;
    state.remembered = found.state == tracker::Found::State::ended;
    state.known = state.live || state.remembered;
    if (state.known) {
        state.started = found.started;
    }
}

void verify(Tracking& tracking, gateway::RequestFacts& facts, gateway::CookieValue cookie) noexcept {
    RequestState& state = tracking.state;
    gateway::Verified verified;
    if (cookie.status == gateway::CookieValue::Status::found) {
        verified = tracking.worker.signer.verify(cookie.value);
    }
    facts.cookie = gateway::cookie_state(cookie.status, verified.status);
    if (facts.cookie != gateway::CookieState::genuine) {
        return;
    }
    const tracker::Found found = tracking.tracker.find(verified.key, tracking.now);
    state.started = verified.issued;
    enter(state, verified.key, found);
    facts.issued = verified.issued;
    facts.found = found.state;
    facts.reason = found.reason;
    if (found.state == tracker::Found::State::unknown) {
        facts.memory_created = tracking.tracker.figures().created;
    }
}

// What only an ended session's agent can be asked, who may come by the button or by the reload of a message.
void look_up_message(Tracking& tracking, gateway::RequestFacts& facts, std::optional<std::string_view> mark) {
    const RequestState& state = tracking.state;
    if (!state.remembered || !tracker::is_told(facts.reason)) {
        return;
    }
    // A message is shown to nobody else.
    if (facts.request.kind == gateway::RequestKind::navigation) {
        const Target target = target_of(tracking.request);
        facts.message_shown = tracking.tracker.was_message_shown(
            state.handle, gateway::url_hash(host_of(tracking.request), target.path, target.query));
    }
    if (!mark) {
        return;
    }
    const auto ended = tracking.tracker.ended_facts(state.handle);
    facts.mark_valid = ended && tracking.worker.signer.mark_matches(*mark, ended->key, ended->reactivations);
}

tracker::Untracked cause_of(const gateway::RequestFacts& facts) noexcept {
    if (facts.found == tracker::Found::State::busy) {
        return tracker::Untracked::busy;
    }
    return facts.cookie == gateway::CookieState::undecided ? tracker::Untracked::other
                                                           : tracker::Untracked::no_cookie;
}

// Why no session could begin with this request. nullopt: it could, or none is to begin here.
std::optional<tracker::Untracked> obstacle_of(Tracking& tracking) noexcept {
    const LocationConfiguration& configuration = tracking.configuration;
    if (configuration.begin != nullptr && evaluate(tracking.request, configuration.begin) == "0") {
        return std::nullopt;
    }
    if (!tracking.worker.signer) {
        return tracker::Untracked::other;
    }
    return tracking.tracker.obstacle(account_of(tracking.request, configuration));
}

[[gnu::always_inline]] inline std::optional<std::string_view> mark_of(
    const ngx_http_request_t& request) noexcept {
    // No query, then.
    if (request.args_start == nullptr) {
        return std::nullopt;
    }
    const u_char* end = request.unparsed_uri.data + request.unparsed_uri.len;
    if (request.args_start < request.unparsed_uri.data || request.args_start > end) [[unlikely]] {
        return gateway::find_mark(target_of(request).query);
    }
    return gateway::find_mark({reinterpret_cast<const char*>(request.args_start),
                               static_cast<std::size_t>(end - request.args_start)});
}

// What brings no live session, or a mark. `facts`: of the cookie, so far.
[[gnu::noinline]] gateway::Action plan_with(Tracking& tracking, gateway::RequestFacts facts,
                                            std::optional<std::string_view> mark, bool activity) {
    const ngx_http_request_t& request = tracking.request;
    RequestState& state = tracking.state;
    const LocationConfiguration& configuration = tracking.configuration;

    facts.now = tracking.now.wall;
    facts.lifetime = configuration.lifetime();
    facts.method = method_of(request);
    facts.activity = activity;
    facts.require = configuration.require != 0;
    facts.refuse_untracked = configuration.refuse_untracked != 0;
    facts.strict = configuration.cookie->settings.same_site == gateway::SameSite::strict;
    facts.carries_mark = mark.has_value();
    gateway::HeaderFacts header = header_facts_of(request);
    header.carries_our_cookie =
        facts.cookie == gateway::CookieState::genuine || facts.cookie == gateway::CookieState::adopted;
    facts.request = gateway::classify(header);
    look_up_message(tracking, facts, mark);
    const auto obstacle = facts.refuse_untracked ? obstacle_of(tracking) : std::nullopt;
    facts.obstructed = obstacle.has_value();
    const gateway::Action action = gateway::decide(facts);
    const bool is_obstructed = action == gateway::Action::refuse_untracked && obstacle;
    state.cause = is_obstructed ? *obstacle : cause_of(facts);
    return action;
}

[[gnu::noinline]] gateway::Action plan_other(Tracking& tracking, gateway::CookieValue cookie,
                                             const tracker::Found& found,
                                             std::optional<std::string_view> mark, bool activity) {
    gateway::RequestFacts facts;
    if (tracking.state.known) {
        facts.cookie = gateway::CookieState::genuine;
        facts.found = found.state;
        facts.reason = found.reason;
    } else {
        verify(tracking, facts, cookie);
    }
    if (tracking.state.remembered) {
        // What follows an ended session follows its last cookie, whichever of them came.
        tracking.state.key = current_key(tracking);
    }
    return plan_with(tracking, facts, mark, activity);
}

// The same where the application's own cookies are tracked.
[[gnu::noinline]] gateway::Action plan_adopted(Tracking& tracking) {
    ngx_http_request_t& request = tracking.request;
    RequestState& state = tracking.state;
    const auto mark = mark_of(request);
    const bool activity = tracking.configuration.activity == nullptr ||
                          evaluate(request, tracking.configuration.activity) != "0";
    if (brings_adopted(request, *tracking.configuration.cookie)) {
        state.planned = gateway::Action::refuse_unjudged;  // in case that judging it fails
    }
    const gateway::RequestFacts facts = judge_adopted(tracking, activity && !mark);
    if (state.live && !mark) {
        return activity ? gateway::Action::pass_live : gateway::Action::pass_live_quiet;
    }
    return plan_with(tracking, facts, mark, activity);
}

// A session may end between two looks at it; whoever then comes too late to touch it looks once more.
gateway::Action plan_and_touch(Tracking& tracking, gateway::CookieValue cookie) {
    ngx_http_request_t& request = tracking.request;
    RequestState& state = tracking.state;
    const LocationConfiguration& configuration = tracking.configuration;

    const auto mark = mark_of(request);
    const bool activity =
        configuration.activity == nullptr || evaluate(request, configuration.activity) != "0";
    const bool passes_if_live = !mark;
    for (;;) {
        // Nearly every request brings the cookie of a session that the table holds, and that proves the
        // cookie.
        tracker::Found found;
        if (const auto name = tracking.worker.signer.name(cookie.value)) {
            found = tracking.tracker.find_unproven(*name, tracking.now, activity && passes_if_live);
            enter(state, *name, found);
            // What decide() says of it, without gathering the facts that it does not look at then.
            if (state.live && passes_if_live) [[likely]] {
                return activity ? gateway::Action::pass_live : gateway::Action::pass_live_quiet;
            }
        }
        const gateway::Action action = plan_other(tracking, cookie, found, mark, activity);
        if (action != gateway::Action::pass_live ||
            tracking.tracker.touch(state.handle, state.key, tracking.now)) {
            return action;
        }
    }
}

// What is not only let through.
[[gnu::noinline]] ngx_int_t act_on_plan(Tracking& tracking) {
    ngx_http_request_t& request = tracking.request;
    RequestState& state = tracking.state;
    // An error of nginx's own, met before anything was decided (a header line too long, say): the cookie may
    // never have been read, so that a new one would push out the browser's good one.
    if (gateway::sets_cookie(state.planned) && may_have_been_refused(request)) {
        state.planned = gateway::Action::pass_untracked;
    }
    if (state.planned == gateway::Action::reactivate_by_reload) {
        const auto facts = tracking.tracker.ended_facts(state.handle);
        if (!facts || !tracking.tracker.use_reactivation(state.handle, facts->reactivations)) {
            state.planned = gateway::Action::tell_ended;
        }
    }
    if (gateway::answers_itself(state.planned)) {
        return answer_plan(tracking);
    }
    if (state.planned == gateway::Action::reactivate_by_reload && state.adopts) {
        await_new_cookie(tracking);
    }
    if (state.planned == gateway::Action::probe) {
        state.status = SessionStatus::probation;
    }
    if (gateway::sets_cookie(state.planned)) {
        drop_conditions(request);
    }
    return NGX_DECLINED;
}

// What is to outlive a decision in whose place another one comes.
struct Kept {
    bool turned_away = false;
    bool by_post = false;
    std::string_view set_cookie;
};

[[gnu::noinline]] Kept keep(ngx_http_request_t& request, RequestState& old) {
    ZoneWorker* worker = worker_of(*old.zone);
    // A reactivation that was used up must bring its cookie.
    if (old.planned == gateway::Action::reactivate_by_reload && !old.settled && worker != nullptr) {
        Tracking tracking{request, *old.configuration, old, *worker, old.zone->tracker, cached_now()};
        issue_reactivated(tracking);
    }
    return {old.turned_away, old.by_post, old.set_cookie};
}

// nullopt: it could not be done.
std::optional<ngx_int_t> decide(ngx_http_request_t& request, const LocationConfiguration& configuration,
                                RequestState* old) {
    Zone& zone = *configuration.zone;
    ZoneWorker* worker = zone.worker != nullptr ? zone.worker : worker_of(zone);
    const std::optional<Kept> kept = old != nullptr ? std::optional(keep(request, *old)) : std::nullopt;
    RequestState* state = worker != nullptr ? make_state(request, old) : nullptr;
    if (state == nullptr) {
        return std::nullopt;
    }
    state->zone = configuration.zone;
    state->configuration = &configuration;
    state->turned_away = may_have_been_refused(request);
    state->by_post = request.method != NGX_HTTP_GET && request.method != NGX_HTTP_HEAD;
    if (kept) [[unlikely]] {
        state->turned_away = kept->turned_away;
        state->by_post = kept->by_post;
        state->set_cookie = kept->set_cookie;
    }
    Tracking tracking{request, configuration, *state, *worker, configuration.zone->tracker, cached_now()};
    if (configuration.cookie->adopts()) [[unlikely]] {
        state->planned = plan_adopted(tracking);
    } else {
        const gateway::CookieValue cookie = cookie_of(request, cookie_name(request, configuration));
        if (cookie.status != gateway::CookieValue::Status::absent) {
            state->planned = gateway::Action::refuse_unjudged;  // in case that judging it fails
        }
        state->planned = plan_and_touch(tracking, cookie);
    }

    if (state->live) {
        state->status = SessionStatus::active;
        request_tally.count(tracking.tracker, state->handle);
    }
    return gateway::passes_live(state->planned) ? NGX_DECLINED : act_on_plan(tracking);
}

// The check failed, for want of memory. PRODUCT 8: that costs no request, except where the cookie is an ended
// one or may be one.
ngx_int_t answer_failure(ngx_http_request_t& request, const LocationConfiguration& configuration) noexcept {
    RequestState* state = find_state(request);
    if (state == nullptr) {
        const bool is_brought = configuration.cookie->adopts()
                                    ? brings_adopted(request, *configuration.cookie)
                                    : cookie_of(request, cookie_name(request, configuration)).status !=
                                          gateway::CookieValue::Status::absent;
        return is_brought ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_DECLINED;
    }
    const bool is_ended = gateway::concerns_ended(state->planned);
    if (!is_ended && !gateway::answers_itself(state->planned)) {
        return NGX_DECLINED;
    }
    state->planned = is_ended ? gateway::Action::refuse_ended : gateway::Action::refuse_unjudged;
    state->status = is_ended ? SessionStatus::ended : SessionStatus::refused;
    state->refused = true;
    state->answered = false;
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

[[gnu::noinline]] ngx_int_t check_main(ngx_http_request_t& request,
                                       const LocationConfiguration& configuration,
                                       RequestState* old) noexcept {
    const auto result =
        guard<std::optional<ngx_int_t>>(request.connection->log, "the check of a request", std::nullopt,
                                        [&] { return decide(request, configuration, old); });
    return result ? *result : answer_failure(request, configuration);
}

// Whether the cookie that counts at this place is the one that was judged.
bool is_decided_here(const RequestState& state, const LocationConfiguration& configuration) noexcept {
    const CookieConfiguration* judged = state.configuration->cookie;
    return state.zone == configuration.zone &&
           (judged == configuration.cookie || *judged == *configuration.cookie);
}

// A subrequest, or a main request that was redirected.
[[gnu::noinline]] ngx_int_t check_again(ngx_http_request_t& request,
                                        const LocationConfiguration& configuration) noexcept {
    ngx_http_request_t& main = *request.main;
    // A `rewrite` leaves it there.
    const bool is_redirected = state_in_context(main) == nullptr;
    RequestState* state = find_state(main);
    if (&request != &main) {
        return state != nullptr && state->refused ? NGX_HTTP_FORBIDDEN : NGX_DECLINED;
    }
    if (state != nullptr) {
        if (state->refused) {
            return stop_refused(&request);
        }
        if (is_redirected) {
            note_redirect(main, *state);
        }
        if (configuration.tracks() && is_decided_here(*state, configuration)) {
            return NGX_DECLINED;
        }
    }
    return configuration.tracks() ? check_main(main, configuration, state) : NGX_DECLINED;
}

}  // namespace

ngx_int_t check_request(ngx_http_request_t* request) noexcept {
    const LocationConfiguration& configuration = location_configuration(*request->main);
    if (request == request->main && is_new(*request)) [[likely]] {
        return configuration.tracks() ? check_main(*request, configuration, nullptr) : NGX_DECLINED;
    }
    return check_again(*request, configuration);
}

ngx_int_t stop_refused(ngx_http_request_t* request) noexcept {
    RequestState* state = find_state(*request->main);
    if (state == nullptr || !state->refused || request != request->main || may_show(*request)) {
        return NGX_DECLINED;
    }
    answer_refused_again(*request, *state);
    return NGX_DONE;
}

}  // namespace agent_sessions::ngx
