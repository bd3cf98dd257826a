// What each worker keeps of its zones, and the work that no request does: keys, election, sweep, history,
// checks of files.
//
// Everything runs on nginx's timers, which are cancelable, so that a worker that shuts down does not wait for
// them. Thread safety: none (one event loop).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ngx_module/configuration.h"
#include "ngx_module/gateway/key_file.h"
#include "ngx_module/gateway/random_source.h"
#include "ngx_module/gateway/token.h"
#include "ngx_module/history_process.h"
#include "ngx_module/pipe_watch.h"
#include "ngx_module/sweep.h"
#include "ngx_module/zone.h"
#include "tracker/history/reader.h"

namespace agent_sessions::ngx {

struct ZoneWorker {
    Zone* zone = nullptr;
    // Without a usable key it is empty: what brings a cookie is refused, all else passes untracked.
    gateway::TokenSigner signer;
    std::string key_path;
    std::optional<gateway::KeyFileStamp> key_stamp;
    std::string key_fault;  // as logged last
    bool elected = false;
    bool in_place = true;
    std::unique_ptr<Sweep> sweep;
    // Answers the admin endpoint's questions to the history.
    std::unique_ptr<tracker::history::Reader> reader;
    // In the elected worker only.
    std::unique_ptr<HistoryProcess> writer;
    ngx_msec_t writer_started = 0;  // the last one
    unsigned early_ends = 0;        // of so many writers, one after the other
    std::unique_ptr<PipeWatch> writer_watch;
    std::string history_fault;  // as logged last
};

using ZoneWorkers = std::vector<std::unique_ptr<ZoneWorker>>;

// Callbacks of ngx_module_t.
ngx_int_t start_worker(ngx_cycle_t* cycle) noexcept;
void stop_worker(ngx_cycle_t* cycle) noexcept;

// What this process has of the zone; nullptr = it can't be tracked here (no memory at the start).
ZoneWorker* worker_of(Zone& zone) noexcept;

// For whoever waits for the zone's history: sees to it that some worker writes it, and becomes that worker
// where the last one has died. Cost: two system calls, not more often than each few ms.
void look_after_history(Zone& zone) noexcept;

// Called before the pool of a configuration goes, which without a master happens in the process that serves.
void forget_zones(const MainConfiguration& main) noexcept;

// REQUIRES: in a worker that has started.
gateway::RandomSource& random_source() noexcept;

}  // namespace agent_sessions::ngx
