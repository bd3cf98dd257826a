// Keeps answers that carry our cookie out of shared caches.
#pragma once

#include <string>
#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Makes the answer say Cache-Control: private, unless it says private or no-store already; what it says
// beside that stays, except for what speaks to shared caches only (public, s-maxage). false = out of memory.
bool keep_private(ngx_http_request_t& request);

// Replaces whatever the answer says by no-store. false = out of memory.
bool keep_unstored(ngx_http_request_t& request) noexcept;

}  // namespace agent_sessions::ngx
