#include "ngx_module/request_state.h"

#include "ngx_module/bound_instances.h"

namespace agent_sessions::ngx {

void close_open_request(void* data) noexcept {
    auto* open = static_cast<OpenRequest*>(data);
    ngx_queue_remove(open);
    if (open->state.bound != nullptr) [[unlikely]] {
        unbind_instance(open->state);
    }
}

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
        if (cleanup->handler == close_open_request) {
            RequestState* state = &static_cast<OpenRequest*>(cleanup->data)->state;
            request.ctx[ngx_http_agent_sessions_module.ctx_index] = state;
            return state;
        }
    }
    return nullptr;
}

}  // namespace agent_sessions::ngx
