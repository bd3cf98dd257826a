// $agent_session_ref, _status, _agent, _account, _start: for logs, access rules and upstreams.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Called at preconfiguration. NGX_ERROR = out of memory, or a name that another module took.
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace agent_sessions::ngx
