#include "ngx_module/request_state.h"

#include <new>

namespace agent_sessions::ngx {

namespace {

// Has nothing to do, but tells our cleanup from the others of the pool.
void mark_of_state(void* /*data*/) noexcept {}

}  // namespace

std::string_view to_string(SessionStatus status) noexcept {
    switch (status) {
        case SessionStatus::begun:
            return "NEW";
        case SessionStatus::active:
            return "ACTIVE";
        case SessionStatus::ended:
            return "ENDED";
        case SessionStatus::refused:
            return "REFUSED";
        case SessionStatus::untracked:
            return "UNTRACKED";
        case SessionStatus::none:
            break;
    }
    return "-";
}

RequestState* find_state(ngx_http_request_t& request) noexcept {
    const auto index = ngx_http_agent_sessions_module.ctx_index;
    auto* state = static_cast<RequestState*>(request.ctx[index]);
    if (state != nullptr || (!request.internal && !request.filter_finalize)) {
        return state;
    }
    for (ngx_pool_cleanup_t* cleanup = request.pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
        if (cleanup->handler == mark_of_state) {
            request.ctx[index] = cleanup->data;
            return static_cast<RequestState*>(cleanup->data);
        }
    }
    return nullptr;
}

RequestState* make_state(ngx_http_request_t& request) noexcept {
    if (RequestState* old = find_state(request)) {
        return new (old) RequestState{};
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request.pool, sizeof(RequestState));
    if (cleanup == nullptr) {
        return nullptr;
    }
    cleanup->handler = mark_of_state;
    auto* state = new (cleanup->data) RequestState{};
    request.ctx[ngx_http_agent_sessions_module.ctx_index] = state;
    return state;
}

}  // namespace agent_sessions::ngx
