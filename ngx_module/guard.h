// The edge between nginx's C frames and C++: nothing is ever thrown across it.
#pragma once

#include <exception>
#include <utility>

#include "ngx_module/nginx.h"
#include "ngx_module/slice_watch.h"

namespace agent_sessions::ngx {

// Runs `body`; what it throws is logged, and `fallback` is the result. `what` completes "agent_sessions: …
// failed".
template <typename Result, typename Body>
Result guard(ngx_log_t* log, const char* what, Result fallback, Body&& body) noexcept {
    [[maybe_unused]] const SliceWatch watch(what);
    try {
        return std::forward<Body>(body)();
    } catch (const std::exception& error) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "agent_sessions: %s failed: %s", what, error.what());
    } catch (...) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "agent_sessions: %s failed", what);
    }
    return fallback;
}

template <typename Body>
void guard(ngx_log_t* log, const char* what, Body&& body) noexcept {
    guard(log, what, 0, [&body] {
        std::forward<Body>(body)();
        return 0;
    });
}

}  // namespace agent_sessions::ngx
