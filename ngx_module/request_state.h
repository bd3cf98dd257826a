// What was decided about a main request, once, whatever internal redirects follow.
#pragma once

#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>

#include "ngx_module/configuration.h"
#include "ngx_module/gateway/decision.h"
#include "ngx_module/nginx.h"
#include "tracker/types.h"

namespace agent_sessions::ngx {

struct BoundInstance;

// $agent_session_status.
enum class SessionStatus : std::uint8_t { none, begun, active, ended, probation, refused, untracked };

std::string_view to_string(SessionStatus status) noexcept;

// Views in it point into the request's pool.
struct RequestState {
    Zone* zone = nullptr;
    // Of the location that decided; its values go on to hold where a redirect leads to one without this zone.
    const LocationConfiguration* configuration = nullptr;

    gateway::Action planned = gateway::Action::pass_untracked;
    tracker::Untracked cause = tracker::Untracked::no_cookie;  // why, if it passes untracked
    SessionStatus status = SessionStatus::none;

    // Of the cookie that came, and later of the session that began in its place. `live`: `handle` is that of
    // a session that lived when it was looked at last.
    tracker::SessionKey key;
    tracker::SessionHandle handle;
    tracker::WallTime started{};
    std::uint32_t label_hash = 0;
    bool known = false;  // `key` names a session, live or ended
    bool live = false;
    bool remembered = false;  // `handle` is that of an ended session

    bool by_post = false;   // the method as sent was neither GET nor HEAD; error_page turns it into GET
    bool refused = false;   // nothing of it may reach an application
    bool answered = false;  // the answer under way is our own
    bool settled = false;   // the plan has been carried out

    // Of the application's own cookies. `presented`: the name of the value that came and counts; `key` may be
    // a newer one of its session.
    bool adopts = false;
    std::uint8_t cookie_number = 0;  // which of the adopted cookies it is
    std::uint16_t cookie_scope = 0;  // of the one with which a session begins
    tracker::SessionKey presented;
    tracker::SessionHandle
        reactivated;  // the closed session whose agent has reactivated and waits for a new cookie
    bool follows_reactivated = false;

    bool let_through = false;  // past nginx's access checks
    bool turned_away = false;  // refused, whatever status error_page gives to the answer

    bool over_at_last_look = false;        // its session had ended when it was looked at last
    const BoundInstance* bound = nullptr;  // the interaction that is open for as long as the answer is

    std::string_view agent;       // as the application named it in this request
    std::string_view set_cookie;  // the value of the header that goes out; empty = none
};

static_assert(std::is_trivially_destructible_v<RequestState>);

// A main request that was decided about, from then until it is over. Lives in its pool.
struct OpenRequest : ngx_queue_t {
    ngx_pool_cleanup_t cleanup;
    ngx_http_request_t* request;
    RequestState state;
};

// Those of this process.
inline ngx_queue_t open_requests{&open_requests, &open_requests};

// Finds it where an internal redirect has wiped the contexts. Cost: a walk over the pool's cleanups.
RequestState* find_lost_state(ngx_http_request_t& request) noexcept;

inline RequestState* state_in_context(const ngx_http_request_t& request) noexcept {
    return static_cast<RequestState*>(request.ctx[ngx_http_agent_sessions_module.ctx_index]);
}

// A main request that nothing has been decided of, nor wiped away.
inline bool is_new(const ngx_http_request_t& request) noexcept {
    return state_in_context(request) == nullptr && !request.internal && !request.filter_finalize;
}

// The state of a main request; nullptr = not decided.
inline RequestState* find_state(ngx_http_request_t& request) noexcept {
    RequestState* state = state_in_context(request);
    return state != nullptr || (!request.internal && !request.filter_finalize) ? state
                                                                               : find_lost_state(request);
}

// The handler of the cleanup that keeps a state where an internal redirect does not wipe it away.
void close_open_request(void* data) noexcept;

// In the place of `old`, the one of another zone or cookie, if there is one. nullptr = out of memory.
inline RequestState* make_state(ngx_http_request_t& request, RequestState* old) noexcept {
    if (old != nullptr) [[unlikely]] {
        return new (old) RequestState{};
    }
    // nginx's own way to add a cleanup allocates twice.
    void* memory = ngx_palloc(request.pool, sizeof(OpenRequest));
    if (memory == nullptr) {
        return nullptr;
    }
    auto* open = new (memory) OpenRequest;  // without the braces, which would set all of it to zero first
    open->request = &request;
    open->cleanup.handler = close_open_request;
    open->cleanup.data = open;
    open->cleanup.next = request.pool->cleanup;
    request.pool->cleanup = &open->cleanup;
    ngx_queue_insert_tail(&open_requests, open);
    request.ctx[ngx_http_agent_sessions_module.ctx_index] = &open->state;
    return &open->state;
}

}  // namespace agent_sessions::ngx
