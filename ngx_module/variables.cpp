#include "ngx_module/variables.h"

#include <array>
#include <cstdio>
#include <optional>

#include "ngx_module/clock.h"
#include "ngx_module/guard.h"
#include "ngx_module/request_state.h"
#include "ngx_module/text.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

namespace {

// Text of a variable for a decided request; empty = not found. Called only when somebody uses the variable,
// so it may cost what the request path may not.
using Read = std::string (*)(ngx_http_request_t& request, const RequestState& state);

std::string read_ref(ngx_http_request_t& /*request*/, const RequestState& state) {
    return state.known ? tracker::to_ref(state.zone->tracker.key_of(state.handle).value_or(state.key))
                       : std::string();
}

std::string read_status(ngx_http_request_t& /*request*/, const RequestState& state) {
    return std::string(to_string(state.status));
}

std::string read_agent(ngx_http_request_t& /*request*/, const RequestState& state) {
    if (!state.agent.empty()) {
        return std::string(state.agent);
    }
    tracker::Tracker tracker = state.zone->tracker;
    if (state.live) {
        tracker::Row row;
        return tracker.read_row(state.key, cached_now(), row) ? row.agent : std::string();
    }
    if (state.remembered) {
        const auto facts = tracker.ended_facts(state.handle);
        return facts ? facts->agent : std::string();
    }
    return {};
}

std::string read_account(ngx_http_request_t& request, const RequestState& state) {
    return std::string(account_of(request, *state.configuration));
}

// RFC 3339, in UTC.
std::string read_start(ngx_http_request_t& /*request*/, const RequestState& state) {
    if (!state.known) {
        return {};
    }
    const auto milliseconds = state.started.time_since_epoch().count();
    ngx_tm_t time;
    ngx_gmtime(static_cast<time_t>(milliseconds / 1000), &time);
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                     time.ngx_tm_year, time.ngx_tm_mon, time.ngx_tm_mday, time.ngx_tm_hour,
                                     time.ngx_tm_min, time.ngx_tm_sec, static_cast<int>(milliseconds % 1000));
    return {text.data(), static_cast<std::size_t>(length)};
}

// What is told to the agent of an ended session.
std::optional<tracker::EndedFacts> facts_told(const RequestState& state) {
    tracker::Tracker tracker = state.zone->tracker;
    return state.status == SessionStatus::ended && state.remembered ? tracker.ended_facts(state.handle)
                                                                    : std::nullopt;
}

std::string read_end_reason(ngx_http_request_t& /*request*/, const RequestState& state) {
    const auto facts = facts_told(state);
    return facts ? std::string(tracker::to_string(facts->reason)) : std::string();
}

std::string read_end_message(ngx_http_request_t& /*request*/, const RequestState& state) {
    const auto facts = facts_told(state);
    return facts ? facts->message : std::string();
}

struct Variable {
    std::string_view name;
    Read read;
};

constexpr std::array<Variable, 7> kVariables{{
    {"agent_session_ref", read_ref},
    {"agent_session_status", read_status},
    {"agent_session_agent", read_agent},
    {"agent_session_account", read_account},
    {"agent_session_start", read_start},
    {"agent_session_end_reason", read_end_reason},
    {"agent_session_end_message", read_end_message},
}};

ngx_int_t get_variable(ngx_http_request_t* request, ngx_http_variable_value_t* value,
                       uintptr_t data) noexcept {
    value->valid = 1;
    value->no_cacheable = 0;
    value->not_found = 1;
    // A request that nobody decided about has a status, too.
    static constexpr RequestState kUndecided;
    const RequestState* state = find_state(*request->main);
    if (state == nullptr) {
        if (kVariables[data].read != read_status) {
            return NGX_OK;
        }
        state = &kUndecided;
    }
    return guard<ngx_int_t>(request->connection->log, "reading a variable", NGX_ERROR, [&]() -> ngx_int_t {
        const std::string text = kVariables[data].read(*request->main, *state);
        const auto copy = copy_to_pool(request->pool, text);
        if (!copy) {
            return NGX_ERROR;
        }
        if (!copy->empty()) {
            const ngx_str_t bytes = to_ngx(*copy);
            value->len = static_cast<unsigned>(bytes.len);
            value->data = bytes.data;
            value->not_found = 0;
        }
        return NGX_OK;
    });
}

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    for (std::size_t index = 0; index < kVariables.size(); ++index) {
        ngx_str_t name = to_ngx(kVariables[index].name);
        // What is known of a request grows until its answer goes out.
        ngx_http_variable_t* variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (variable == nullptr) {
            return NGX_ERROR;
        }
        variable->get_handler = get_variable;
        variable->data = index;
    }
    return NGX_OK;
}

}  // namespace agent_sessions::ngx
