// What is done once an answer is known: begin, identify, interactions, Set-Cookie.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Puts the filter into nginx's chain. Called at postconfiguration.
void add_header_filter() noexcept;

}  // namespace agent_sessions::ngx
