// The session that the cookie of a request to the script's location names, and what a beacon does to it. No
// session ever begins here.
#pragma once

#include "ngx_module/configuration.h"
#include "ngx_module/gateway/client_beacon.h"
#include "ngx_module/gateway/ended_message.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Does what the beacon asks for, and says how the session is. REQUIRES: configuration.client is not null.
// May throw.
gateway::Answer answer_beacon(ngx_http_request_t& request, const LocationConfiguration& configuration,
                              const gateway::Beacon& beacon);

}  // namespace agent_sessions::ngx
