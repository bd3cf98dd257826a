// A zone's history in this process: loaded into the segment at a start, written while this worker is elected.
// Thread safety: none (one event loop); the writing is done by a process of its own.
#pragma once

#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

// Before the first request: takes over what the database knows, if nobody has. Waits for the disk. Makes
// the zone's reader.
void load_history(ZoneWorker& zone, ngx_log_t* log);

// Starts or stops the writer as the election went, and logs what became of it. Never waits. One that ended is
// followed at once; where several in turn end early, four times a second. `all`: the zones of this process,
// whose readers rest while it forks.
void keep_history(ZoneWorker& zone, ZoneWorkers& all, ngx_log_t* log);

// At the exit of the process: writes what there is, within a second, if this is the one to do it.
void finish_history(ZoneWorker& zone, ZoneWorkers& all);

}  // namespace agent_sessions::ngx
