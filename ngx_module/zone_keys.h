// Finds the key file of a zone and keeps the signer up to date with it.
// Blocking (files); called at the start of a worker and from a timer, never by a request.
#pragma once

#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

// Loads the keys, or makes them where there are none: in the state directory, or in run= where that can't be
// used (one warning). Failing that, the signer stays empty, the error is logged, and refresh_keys() tries
// again.
void open_keys(ZoneWorker& zone, ngx_log_t* log);

// Loads them again where another worker has rotated them. Runs in the event loop, once a minute: one lstat()
// of a local file, as nginx itself makes for each file it serves, whose entry the kernel keeps in memory
// since it is asked for so often; the file, 8 KiB at most, is read only when it was replaced, which is once
// in 30 days. A worker without keys tries to get some, each second: it tracks nothing that could have to wait
// for the disk. state= must not lie on a network's file system, where either call may wait.
void refresh_keys(ZoneWorker& zone, ngx_log_t* log);

}  // namespace agent_sessions::ngx
