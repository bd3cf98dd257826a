// The directives that users write (ARCHITECTURE 7), with nginx's own error texts for what is wrong with them.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Ends with the null command, as nginx wants it.
extern ngx_command_t directives[];

}  // namespace agent_sessions::ngx
