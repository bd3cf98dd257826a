#include "ngx_module/worker.h"

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "ngx_module/clock.h"
#include "ngx_module/configuration.h"
#include "ngx_module/guard.h"
#include "ngx_module/history.h"
#include "ngx_module/open_requests.h"
#include "ngx_module/request_tally.h"
#include "ngx_module/text.h"
#include "ngx_module/zone_keys.h"

namespace agent_sessions::ngx {

namespace {

// Who is elected is looked at that often: a holder that froze is followed within 1.5 s (ARCHITECTURE 5).
constexpr ngx_msec_t kBeat = 250;
// … and while somebody waits.
constexpr ngx_msec_t kLook = 10;
constexpr ngx_uint_t kFileCheckBeats = 40;
constexpr ngx_uint_t kKeyCheckBeats = 240;
constexpr ngx_uint_t kKeyRetryBeats = 4;

struct Worker {
    gateway::RandomSource random;
    ZoneWorkers zones;
    ngx_connection_t timer_owner{};
    ngx_event_t timer{};
    ngx_msec_t next_beat = 0;
    ngx_msec_t next_look = 0;
    ngx_uint_t beats = 0;
};

// A plain pointer: a static object would be destroyed while nginx still runs its exit.
Worker* worker = nullptr;

void check_file(ZoneWorker& zone, ngx_log_t* log) {
    const bool in_place = zone.zone->attachment->file_is_in_place();
    if (in_place == zone.in_place) {
        return;
    }
    zone.in_place = in_place;
    const char* path = zone.zone->attachment->path().c_str();
    if (in_place) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0, "agent_sessions: \"%s\" is in place again", path);
    } else {
        ngx_log_error(
            NGX_LOG_CRIT, log, 0,
            "agent_sessions: \"%s\" was removed or replaced; its sessions will be lost when nginx stops",
            path);
    }
}

bool has_come(ngx_msec_t time) noexcept {
    return static_cast<ngx_msec_int_t>(ngx_current_msec - time) >= 0;
}

void hear_writer(void* zone);

void follow_history(ZoneWorker& zone) {
    keep_history(zone, worker->zones, ngx_cycle->log);
    if (zone.writer != nullptr && zone.writer_watch == nullptr) {
        zone.writer_watch = std::make_unique<PipeWatch>(zone.writer->reports(), hear_writer, &zone);
    }
}

void hear_writer(void* zone) {
    follow_history(*static_cast<ZoneWorker*>(zone));
}

void beat() {
    ngx_log_t* log = ngx_cycle->log;
    refresh_boot_clock();
    request_tally.settle();
    ++worker->beats;
    const tracker::Now now = cached_now();
    for (const auto& zone : worker->zones) {
        // A worker that shuts down leaves the upkeep to the ones that stay.
        if (ngx_exiting != 0) {
            if (zone->elected) {
                zone->zone->tracker.resign(ngx_pid);
                zone->elected = false;
            }
            follow_history(*zone);
            continue;
        }
        zone->elected = zone->zone->tracker.elect(ngx_pid, now);
        follow_history(*zone);
        if (zone->elected && worker->beats % kFileCheckBeats == 0) {
            check_file(*zone, log);
        }
        if (worker->beats % (zone->signer ? kKeyCheckBeats : kKeyRetryBeats) == 0) {
            refresh_keys(*zone, log);
        }
    }
}

// How long to wait before the next one.
ngx_msec_t sweep() {
    ngx_msec_t pause = Sweep::kInterval;
    for (const auto& zone : worker->zones) {
        if (zone->elected) {
            if (zone->sweep->is_behind()) {
                pause = Sweep::kHurriedInterval;
            }
            zone->sweep->begin_share();
        }
    }
    return pause;
}

// One timer for both: each that is set costs every request that sets one of its own.
void handle_tick(ngx_event_t* event) noexcept {
    event->log = ngx_cycle->log;
    if (has_come(worker->next_beat)) {
        worker->next_beat = ngx_current_msec + kBeat;
        guard(ngx_cycle->log, "a heartbeat", beat);
        look_at_open_requests();
    }
    ngx_add_timer(event, guard(ngx_cycle->log, "a beat of the sweep", Sweep::kInterval, sweep));
}

// nginx's debug log prints the descriptor of the connection that a timer belongs to.
constexpr ngx_socket_t kNoDescriptor = -1;

void start_timer() noexcept {
    worker->timer_owner.fd = kNoDescriptor;
    worker->timer.handler = handle_tick;
    worker->timer.data = &worker->timer_owner;
    worker->timer.log = ngx_cycle->log;
    worker->timer.cancelable = 1;
    ngx_add_timer(&worker->timer, Sweep::kInterval);
}

void start_zone(Zone& zone, ngx_log_t* log) {
    auto owned = std::make_unique<ZoneWorker>();
    owned->zone = &zone;
    owned->sweep = std::make_unique<Sweep>(zone.tracker);
    open_keys(*owned, log);
    load_history(*owned, log);
    const tracker::Now now = cached_now();
    zone.attachment->stamp_master(ngx_process == NGX_PROCESS_SINGLE ? ngx_pid : getppid(), now);
    owned->elected = zone.tracker.elect(ngx_pid, now);
    zone.worker = worker->zones.emplace_back(std::move(owned)).get();
    follow_history(*zone.worker);
}

}  // namespace

ngx_int_t start_worker(ngx_cycle_t* cycle) noexcept {
    MainConfiguration* main = main_configuration(cycle);
    // The processes of the cache serve no requests.
    if (main == nullptr || main->zones.nelts == 0 || ngx_process == NGX_PROCESS_HELPER) {
        return NGX_OK;
    }
    guard(cycle->log, "the start of a worker", [cycle, main] {
        refresh_boot_clock();
        worker = new Worker;
        for (Zone* zone : zones_of(*main)) {
            start_zone(*zone, cycle->log);
        }
        start_timer();
    });
    return NGX_OK;
}

void stop_worker(ngx_cycle_t* /*cycle*/) noexcept {
    if (worker == nullptr) {
        return;
    }
    if (worker->timer.timer_set != 0) {
        ngx_del_timer(&worker->timer);
    }
    stop_looking();
    request_tally.settle();
    for (const auto& zone : worker->zones) {
        guard(ngx_cycle->log, "the end of a history", [&zone] { finish_history(*zone, worker->zones); });
        zone->zone->tracker.resign(ngx_pid);
        zone->zone->worker = nullptr;
    }
    delete worker;
    worker = nullptr;
}

ZoneWorker* worker_of(Zone& zone) noexcept {
    // Without a master, nginx starts no worker after a reload: the zones of the new configuration are started
    // by their first request.
    if (zone.worker == nullptr && worker != nullptr && ngx_process == NGX_PROCESS_SINGLE) {
        guard(ngx_cycle->log, "the start of a zone", [&zone] { start_zone(zone, ngx_cycle->log); });
    }
    return zone.worker;
}

void look_after_history(Zone& zone) noexcept {
    if (zone.worker == nullptr || ngx_exiting != 0 || !has_come(worker->next_look)) {
        return;
    }
    worker->next_look = ngx_current_msec + kLook;
    guard(ngx_cycle->log, "a look at a history", [&zone] {
        zone.worker->elected = zone.tracker.elect(ngx_pid, cached_now());
        follow_history(*zone.worker);
    });
}

void forget_zones(const MainConfiguration& main) noexcept {
    if (worker == nullptr) {
        return;
    }
    request_tally.settle();
    for (const Zone* zone : zones_of(main)) {
        std::erase_if(worker->zones, [zone](const auto& kept) { return kept->zone == zone; });
    }
}

gateway::RandomSource& random_source() noexcept {
    return worker->random;
}

}  // namespace agent_sessions::ngx
