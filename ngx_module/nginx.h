// The one place where nginx's headers come in; nothing else of this project includes them.
#pragma once

extern "C" {
// Its macros set up the platform for all that follow.
#include <ngx_config.h>

#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

extern ngx_module_t ngx_http_agent_sessions_module;
extern ngx_module_t ngx_http_agent_sessions_cache_control_module;
}
