#include "ngx_module/refusal.h"

#include <string>

#include "ngx_module/adoption.h"
#include "ngx_module/answer.h"
#include "ngx_module/clock.h"
#include "ngx_module/gateway/ended_message.h"
#include "ngx_module/gateway/reactivation_url.h"
#include "ngx_module/gateway/request_kind.h"
#include "ngx_module/guard.h"
#include "ngx_module/log_limit.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/succession.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

ngx_int_t send(ngx_http_request_t& request, RequestState& state, const gateway::Answer& answer) {
    state.answered = true;
    request.expect_tested = 1;  // no "100 Continue" for a body that nobody reads
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    const auto body = copy_to_pool(request.pool, answer.body);
    return body ? send_answer(request, answer.status, answer.headers, *body) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

ngx_int_t redirect_to_clean_url(ngx_http_request_t& request, RequestState& state) {
    const Target target = target_of(request);
    const auto location = copy_to_pool(request.pool, gateway::clean_url(target.path, target.query));
    if (!location) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    gateway::Answer answer;
    answer.status = NGX_HTTP_SEE_OTHER;
    answer.headers = {{"Location", *location}, {"Cache-Control", "no-store"}};
    if (!state.set_cookie.empty()) {
        answer.headers.push_back({"Set-Cookie", state.set_cookie});
    }
    return send(request, state, answer);
}

bool error_page_is_written(const ngx_http_request_t& request, ngx_uint_t status) noexcept {
    const auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&request), ngx_http_core_module));
    if (core->error_pages == nullptr || request.error_page || request.uri_changes == 0) {
        return false;
    }
    const auto* pages = static_cast<const ngx_http_err_page_t*>(core->error_pages->elts);
    for (ngx_uint_t index = 0; index < core->error_pages->nelts; ++index) {
        if (pages[index].status == static_cast<ngx_int_t>(status)) {
            return true;
        }
    }
    return false;
}

gateway::Language language_of(const ngx_http_request_t& request) noexcept {
    return gateway::preferred_language(find_header(request, "Accept-Language").value_or(std::string_view()));
}

gateway::Answer ended_answer(Tracking& tracking) {
    ngx_http_request_t& request = tracking.request;
    const bool as_page = gateway::classify(header_facts_of(request)).wants_page;
    const Target target = target_of(request);
    gateway::EndedMessage message;
    message.status = static_cast<int>(tracking.configuration.ended_status);
    message.language = language_of(request);
    message.after_post = tracking.state.by_post;

    const auto facts = tracking.tracker.ended_facts(tracking.state.handle);
    std::string link;
    if (facts) {
        message.reason = facts->reason;
        message.words = facts->message;
        const auto mark =
            tracking.worker.signer.make_mark(facts->key, facts->reactivations, tracking.now.wall);
        if (mark && as_page && !message.after_post) {
            link = gateway::reactivation_url(target.path, target.query, mark->view());
        } else if (mark) {
            link = gateway::reactivation_url_of_page(target.path, host_of(request),
                                                     to_view(request.headers_in.referer), mark->view());
        }
    }
    message.reactivate = link;
    return gateway::ended_answer(message, as_page);
}

gateway::Answer answer_of_plan(Tracking& tracking) {
    const auto as_page = [&tracking] {
        return gateway::classify(header_facts_of(tracking.request)).wants_page;
    };
    const gateway::Language language = language_of(tracking.request);
    switch (tracking.state.planned) {
        case gateway::Action::refuse_required:
            return gateway::session_required_answer(as_page(), language);
        case gateway::Action::refuse_conflict:
            return gateway::cookie_conflict_answer(as_page(), language);
        case gateway::Action::refuse_untracked:
            return gateway::session_unavailable_answer(as_page(), language);
        default:
            return ended_answer(tracking);
    }
}

void note_shown(Tracking& tracking) noexcept {
    const Target target = target_of(tracking.request);
    tracking.tracker.note_message_shown(
        tracking.state.handle, gateway::url_hash(host_of(tracking.request), target.path, target.query));
}

void log_unjudged(const Tracking& tracking) noexcept {
    static LogLimit limit;
    ngx_uint_t left_out = 0;
    if (limit.allows(left_out)) {
        ngx_log_error(
            NGX_LOG_ERR, tracking.request.connection->log, 0,
            "agent_sessions: zone \"%V\" refused a request because it has no keys to judge its cookie "
            "(%ui more since the last line)",
            &tracking.state.zone->name, left_out);
    }
}

// The mark is used up before anything else. Whoever follows the same link at the same moment comes too late
// for it, and gets the same next session. false: nothing can be written now.
bool use_up_mark(Tracking& tracking) {
    const tracker::SessionHandle ended = tracking.state.handle;
    const auto before = tracking.tracker.ended_facts(ended);
    if (!before) {
        return false;
    }
    if (tracking.tracker.use_reactivation(ended, before->reactivations)) {
        return true;
    }
    const auto after = tracking.tracker.ended_facts(ended);
    return after && after->reactivations != before->reactivations;
}

ngx_int_t reactivate(Tracking& tracking) {
    if (use_up_mark(tracking)) {
        if (tracking.state.adopts) {
            // The new cookie is the application's to set: with the next answer, of the clean URL.
            reactivate_all(tracking);
        } else {
            begin_next(tracking);
        }
    }
    return redirect_to_clean_url(tracking.request, tracking.state);
}

}  // namespace

ngx_int_t answer_plan(Tracking& tracking) {
    RequestState& state = tracking.state;
    switch (state.planned) {
        case gateway::Action::reactivate_by_mark:
            return reactivate(tracking);
        case gateway::Action::drop_mark:
            return redirect_to_clean_url(tracking.request, state);
        case gateway::Action::refuse_unjudged:
            state.status = SessionStatus::refused;
            state.refused = true;
            log_unjudged(tracking);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        case gateway::Action::refuse_untracked:
            log_refused(tracking, state.cause);
            [[fallthrough]];
        case gateway::Action::refuse_required:
        case gateway::Action::refuse_conflict:
            state.status = SessionStatus::refused;
            break;
        default:
            state.status = SessionStatus::ended;
            break;
    }
    state.refused = true;
    const LocationConfiguration& configuration = tracking.configuration;
    // A site's page is for people. A script reads our JSON, and what was prefetched could be shown later as
    // if it were the answer to the agent's click.
    if (state.planned == gateway::Action::tell_ended && configuration.ended_status_written &&
        error_page_is_written(tracking.request, configuration.ended_status)) {
        note_shown(tracking);
        tracking.request.disable_not_modified = 1;
        return static_cast<ngx_int_t>(configuration.ended_status);
    }
    const gateway::Answer answer = answer_of_plan(tracking);
    // Only now: a message that could not be made was not shown, and what follows is no reload of it.
    if (state.planned == gateway::Action::tell_ended) {
        note_shown(tracking);
    }
    return send(tracking.request, state, answer);
}

void answer_refused_again(ngx_http_request_t& request, RequestState& state) noexcept {
    const ngx_int_t result = guard<ngx_int_t>(
        request.connection->log, "a refusal", NGX_HTTP_INTERNAL_SERVER_ERROR, [&]() -> ngx_int_t {
            if (state.planned == gateway::Action::refuse_unjudged) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }
            ZoneWorker* worker = worker_of(*state.zone);
            Tracking tracking{request, *state.configuration, state,
                              *worker, state.zone->tracker,  cached_now()};
            return send(request, state, answer_of_plan(tracking));
        });
    ngx_http_finalize_request(&request, result);
}

}  // namespace agent_sessions::ngx
