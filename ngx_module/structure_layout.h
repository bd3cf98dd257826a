// Whether the nginx that loads this module is the one whose headers it was built with.
#pragma once

#include <string>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// nginx itself compares versions and options; a distribution's fix that adds a field to a structure changes
// neither, and all fields behind it stand elsewhere then. Its own tables of request headers, variables and
// directives tell where it has them. Empty = they agree, else what does not, for people.
// REQUIRES: the variables have been added, and are not resolved yet: during postconfiguration.
std::string layout_fault(const ngx_conf_t& cf);

}  // namespace agent_sessions::ngx
