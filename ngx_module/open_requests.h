// Cuts what is still open of sessions that have ended: websockets, event streams, downloads, uploads,
// whatever a worker has of them; on HTTP/2 the stream alone.
//
// Every request that is decided about stands in this process's list of open requests, which costs it eight
// stores. A look goes over the list in slices between other events. Upgraded connections of an ended session
// are cut when they are met; anything else is cut at the second look, since a request that was past the check
// may finish. Thread safety: none (one event loop).
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

inline bool is_upgraded(const ngx_http_request_t& request) noexcept {
    return request.headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS;
}

// Starts a look, unless one is under way. Call every 250 ms: then an open request is cut within a second of
// the end of its session.
void look_at_open_requests() noexcept;

// This process ends.
void stop_looking() noexcept;

}  // namespace agent_sessions::ngx
