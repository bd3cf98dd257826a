// The setters of directives that nginx's own slots can't serve. Signature and results are nginx's.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// In main_setters.cpp.
char* set_zone(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_license(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// In client_setter.cpp.
char* set_client(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// In end_cookies.cpp.
char* set_end_cookies(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// In ui_root.cpp.
char* set_ui_root(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

// In location_setters.cpp.
char* set_tracking(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_time_zone(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_interaction(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_interaction_close(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_cookie(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_timeout(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_record(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_untracked(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_ended_status(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_admin(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
}  // namespace agent_sessions::ngx
