// The time zone that a configuration gives a request.
#pragma once

#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Does the system know a zone of this name? Cost: the first call of a process reads directories.
bool is_time_zone(std::string_view name) noexcept;

// The value of the directive for this request; empty = none. An unknown zone is logged, once a second at
// most, and is "UTC".
std::string_view time_zone_of(ngx_http_request_t& request, ngx_http_complex_value_t* value) noexcept;

}  // namespace agent_sessions::ngx
