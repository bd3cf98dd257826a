#include "ngx_module/tracking.h"

#include <array>

#include "ngx_module/log_limit.h"
#include "ngx_module/passage.h"
#include "ngx_module/text.h"
#include "ngx_module/time_zone.h"
#include "tracker/account_name.h"

namespace agent_sessions::ngx {

namespace {

using LogLimits = std::array<LogLimit, tracker::kUntrackedCauses>;
LogLimits untracked_limits;
LogLimits refused_limits;

// Why, for the log; empty = no fault.
std::string_view describe(tracker::Untracked cause) noexcept {
    switch (cause) {
        case tracker::Untracked::no_cookie:
            return {};
        case tracker::Untracked::table_full:
            return "its table is full";
        case tracker::Untracked::accounts_full:
            return "it has no room for another account";
        case tracker::Untracked::busy:
            return "it was busy";
        case tracker::Untracked::other:
            return "of a failure";
    }
    return {};
}

void log_fault(const Tracking& tracking, tracker::Untracked cause, LogLimits& limits,
               const char* what) noexcept {
    const std::string_view description = describe(cause);
    ngx_uint_t left_out = 0;
    if (!description.empty() && limits[static_cast<std::size_t>(cause)].allows(left_out)) {
        ngx_str_t reason = to_ngx(description);
        ngx_log_error(NGX_LOG_WARN, tracking.request.connection->log, 0,
                      "agent_sessions: zone \"%V\" %s because %V (%ui more since the last line)",
                      &tracking.state.zone->name, what, &reason, left_out);
    }
}

}  // namespace

bool cookie_is_secure(const ngx_http_request_t& request,
                      const LocationConfiguration& configuration) noexcept {
    return gateway::is_secure(configuration.cookie->settings, comes_by_tls(request));
}

std::string_view account_of(ngx_http_request_t& request,
                            const LocationConfiguration& configuration) noexcept {
    return tracker::account_or_default(evaluate(request, configuration.account));
}

std::string_view agent_of(ngx_http_request_t& request, const LocationConfiguration& configuration) noexcept {
    if (configuration.agent != nullptr) {
        return evaluate(request, configuration.agent);
    }
    if (request.headers_in.authorization == nullptr || ngx_http_auth_basic_user(&request) != NGX_OK) {
        return {};
    }
    return to_view(request.headers_in.user);
}

std::string_view proven_agent_of(const Tracking& tracking) noexcept {
    return is_past_access_checks(tracking.request) ? agent_of(tracking.request, tracking.configuration)
                                                   : std::string_view();
}

void note_untracked(Tracking& tracking, tracker::Untracked cause) noexcept {
    tracking.state.status = SessionStatus::untracked;
    tracking.state.cause = cause;
    tracking.tracker.note_untracked(account_of(tracking.request, tracking.configuration), cause);
    log_fault(tracking, cause, untracked_limits, "passed a request untracked");
}

void log_refused(const Tracking& tracking, tracker::Untracked cause) noexcept {
    log_fault(tracking, cause, refused_limits, "refused a request");
}

std::optional<gateway::Token> mint(Tracking& tracking) noexcept {
    std::array<std::uint8_t, gateway::kTokenRandomBytes> random{};
    if (!random_source().fill(random)) {
        return std::nullopt;
    }
    return tracking.worker.signer.mint(tracking.now.wall, random);
}

bool set_cookie(Tracking& tracking, const gateway::Token& token) {
    const LocationConfiguration& configuration = tracking.configuration;
    const std::string value = gateway::set_cookie_value(
        configuration.cookie->settings, cookie_is_secure(tracking.request, configuration), token.view(),
        tracker::Millis(configuration.absolute));
    const auto copy = copy_to_pool(tracking.request.pool, value);
    if (copy) {
        tracking.state.set_cookie = *copy;
    }
    return copy.has_value();
}

std::optional<gateway::Token> issue_cookie(Tracking& tracking) {
    auto token = mint(tracking);
    if (!token || !set_cookie(tracking, *token)) {
        note_untracked(tracking, tracker::Untracked::other);
        return std::nullopt;
    }
    tracking.state.status = SessionStatus::untracked;
    return token;
}

bool begin_session(Tracking& tracking, tracker::SessionKey key, tracker::WallTime started,
                   std::string_view agent, std::optional<tracker::SessionKey> predecessor) noexcept {
    ngx_http_request_t& request = tracking.request;
    const LocationConfiguration& configuration = tracking.configuration;
    RequestState& state = tracking.state;

    tracker::BeginRequest begin;
    begin.key = key;
    begin.started = started;
    begin.account = account_of(request, configuration);
    begin.time_zone = time_zone_of(request, configuration.time_zone);
    begin.agent = agent;
    begin.label = evaluate(request, configuration.label);
    if ((configuration.record & kRecordAddress) != 0) {
        begin.address = to_view(request.connection->addr_text);
    }
    if ((configuration.record & kRecordUserAgent) != 0) {
        begin.user_agent = to_view(request.headers_in.user_agent).value_or(std::string_view());
    }
    begin.recorded = (configuration.record & kRecordHistory) != 0;
    begin.lifetime = configuration.lifetime();
    begin.predecessor = predecessor;
    begin.confirmed = key == (state.adopts ? state.presented : state.key);
    if (state.adopts) {
        begin.memory_days = configuration.cookie->memory_days;
        begin.cookie_scope = state.cookie_scope;
    }

    const tracker::Begun begun = tracking.tracker.begin(begin, tracking.now);
    switch (begun.result) {
        case tracker::BeginResult::begun:
            state.status = SessionStatus::begun;
            state.label_hash = tracking.tracker.hash_name(begin.label);
            break;
        case tracker::BeginResult::already_live:
            state.status = SessionStatus::active;
            break;
        case tracker::BeginResult::already_ended:
            note_untracked(tracking, tracker::Untracked::no_cookie);
            return false;
        case tracker::BeginResult::table_full:
            note_untracked(tracking, tracker::Untracked::table_full);
            return false;
        case tracker::BeginResult::accounts_full:
            note_untracked(tracking, tracker::Untracked::accounts_full);
            return false;
        case tracker::BeginResult::busy:
            note_untracked(tracking, tracker::Untracked::busy);
            return false;
    }
    state.key = key;
    state.handle = begun.handle;
    state.started = started;
    state.agent = agent;
    state.known = true;
    state.live = true;
    state.remembered = false;
    return true;
}

}  // namespace agent_sessions::ngx
