// The attachments of this process to the segments of zones, which outlive any one configuration.
//
// A reload of the same master must find its own attachment, since nobody else may attach while its workers
// live. So attachments are kept, also those that the latest configuration no longer names (old workers still
// hold them, and a failed reload goes back to them), until the last configuration that uses this module is
// gone. Thread safety: none. Called by the master before it forks.
#pragma once

#include "ngx_module/configuration.h"
#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Attaches every declared zone, and refuses names that nothing declares. Nothing is created or opened by
// `nginx -t` and by `nginx -s`. Errors are logged; NGX_ERROR fails the (re)load and leaves all as it was.
ngx_int_t attach_zones(ngx_conf_t* cf, MainConfiguration& main);

// Installs the licence lines. Called when nothing can fail any more.
void install_licenses(ngx_log_t* log, const MainConfiguration& main);

}  // namespace agent_sessions::ngx
