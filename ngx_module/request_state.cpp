#include "ngx_module/request_state.h"

namespace agent_sessions::ngx {

// Has nothing to do, but tells our cleanup from the others of the pool.
void mark_of_state(void* /*data*/) noexcept {}

std::string_view to_string(SessionStatus status) noexcept {
    switch (status) {
        case SessionStatus::begun:
            return "NEW";
        case SessionStatus::active:
            return "ACTIVE";
        case SessionStatus::ended:
            return "ENDED";
        case SessionStatus::probation:
            return "PROBATION";
        case SessionStatus::refused:
            return "REFUSED";
        case SessionStatus::untracked:
            return "UNTRACKED";
        case SessionStatus::none:
            break;
    }
    return "-";
}

RequestState* find_lost_state(ngx_http_request_t& request) noexcept {
    for (ngx_pool_cleanup_t* cleanup = request.pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
        if (cleanup->handler == mark_of_state) {
            request.ctx[ngx_http_agent_sessions_module.ctx_index] = cleanup->data;
            return static_cast<RequestState*>(cleanup->data);
        }
    }
    return nullptr;
}

}  // namespace agent_sessions::ngx
