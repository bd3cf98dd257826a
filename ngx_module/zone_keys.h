// Finds the key file of a zone and keeps the signer up to date with it.
// Blocking (files); called at the start of a worker and from a timer, never by a request.
#pragma once

#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

// Loads the keys, or makes them where there are none: in the state directory, or in run= where that can't be
// used (one warning). Failing that, the signer stays empty and the error is logged.
void open_keys(ZoneWorker& zone, ngx_log_t* log);

// Loads them again where another worker has rotated them.
void refresh_keys(ZoneWorker& zone, ngx_log_t* log);

}  // namespace agent_sessions::ngx
