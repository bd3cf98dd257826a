// The admin location's content handler: hands requests to admin::handle() and sends what it answers.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

ngx_int_t handle_admin(ngx_http_request_t* request) noexcept;

}  // namespace agent_sessions::ngx
