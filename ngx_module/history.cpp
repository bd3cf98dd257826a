#include "ngx_module/history.h"

#include <string>

#include "ngx_module/clock.h"
#include "ngx_module/text.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::ngx {

namespace {

// Debian's unit gives nginx 5 s to stop.
constexpr tracker::Millis kLongestFinish{1000};

std::string path_of(const Zone& zone) {
    return tracker::history::database_path(to_view(zone.state), to_view(zone.name));
}

void start_writer(ZoneWorker& zone) {
    zone.writer = std::make_unique<tracker::history::Writer>(zone.zone->tracker, path_of(*zone.zone),
                                                             zone.zone->retention, read_clocks);
}

void report_loaded(const tracker::history::Loaded& loaded, ZoneWorker& zone, ngx_log_t* log) {
    if (loaded.live + loaded.ended != 0) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "agent_sessions: zone \"%V\" took over %uL live and %uL ended sessions from \"%s\"",
                      &zone.zone->name, loaded.live, loaded.ended, path_of(*zone.zone).c_str());
    }
    if (loaded.left_out != 0) {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "agent_sessions: zone \"%V\" has no room for %uL sessions of its history",
                      &zone.zone->name, loaded.left_out);
    }
}

void report_fault(ZoneWorker& zone, ngx_log_t* log) {
    std::string fault = zone.writer->take_fault();
    if (fault == zone.history_fault) {
        return;
    }
    if (fault.empty()) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0, "agent_sessions: the history of zone \"%V\" is written again",
                      &zone.zone->name);
    } else {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "agent_sessions: the history of zone \"%V\" cannot be written: %s", &zone.zone->name,
                      fault.c_str());
    }
    zone.history_fault = std::move(fault);
}

}  // namespace

void load_history(ZoneWorker& zone, ngx_log_t* log) {
    zone.reader = std::make_unique<tracker::history::Reader>(path_of(*zone.zone));
    const tracker::history::Load load =
        tracker::history::load_at_start(zone.zone->tracker, path_of(*zone.zone), read_clocks());
    if (!load.fault.empty()) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "agent_sessions: the history of zone \"%V\" is not loaded: %s; terminations are not "
                      "durable",
                      &zone.zone->name, load.fault.c_str());
        return;
    }
    report_loaded(load.what, zone, log);
}

void keep_history(ZoneWorker& zone, ngx_log_t* log) {
    if (zone.writer != nullptr) {
        if (const auto loaded = zone.writer->take_loaded()) {
            report_loaded(*loaded, zone, log);
        }
        report_fault(zone, log);
        if (!zone.elected) {
            zone.writer->let_go();
        }
        if (zone.writer->is_over()) {
            zone.writer.reset();
        }
    }
    if (zone.elected && zone.writer == nullptr) {
        start_writer(zone);
    }
}

void finish_history(ZoneWorker& zone) {
    if (zone.writer == nullptr && zone.zone->tracker.elect(ngx_pid, read_clocks())) {
        start_writer(zone);
    }
    if (zone.writer != nullptr) {
        zone.writer->finish(kLongestFinish);
    }
}

}  // namespace agent_sessions::ngx
