#include "ngx_module/history.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>

#include "ngx_module/clock.h"
#include "ngx_module/text.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::ngx {

namespace {

// Debian's unit gives nginx 5 s to stop.
constexpr tracker::Millis kLongestFinish{1000};
// How long a stop waits for a question to the history, which is cut off soon.
constexpr int kLongestRestMs = 200;
constexpr int kRestLookMs = 5;
// Whatever ends as early as this again and again is not started again before.
constexpr ngx_msec_t kEarly = 250;
constexpr unsigned kMostEarlyEnds = 4;

std::string path_of(const Zone& zone) {
    return tracker::history::database_path(to_view(zone.state), to_view(zone.name));
}

// false: one has a question at hand.
bool rest_readers(ZoneWorkers& all) {
    bool all_rest = true;
    for (auto& zone : all) {
        all_rest = zone->reader->rest() && all_rest;
    }
    return all_rest;
}

void wake_readers(ZoneWorkers& all) {
    for (auto& zone : all) {
        zone->reader->go_on();
    }
}

bool is_writer_young(const ZoneWorker& zone) noexcept {
    return ngx_current_msec - zone.writer_started < kEarly;
}

bool lacks_writer(const ZoneWorker& zone) noexcept {
    return zone.elected && zone.writer == nullptr &&
           (zone.early_ends < kMostEarlyEnds || !is_writer_young(zone));
}

// REQUIRES: the readers of the process rest.
void start_writer(ZoneWorker& zone) {
    zone.writer_started = ngx_current_msec;
    zone.writer = std::make_unique<HistoryProcess>(HistoryProcess::Job{
        zone.zone->tracker, path_of(*zone.zone), zone.zone->retention, zone.zone->attachment->lock_files()});
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
    const std::optional<std::string> fault = zone.writer->take_fault();
    if (!fault || *fault == zone.history_fault) {
        return;
    }
    if (fault->empty()) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0, "agent_sessions: the history of zone \"%V\" is written again",
                      &zone.zone->name);
    } else {
        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "agent_sessions: the history of zone \"%V\" cannot be written: %s", &zone.zone->name,
                      fault->c_str());
    }
    zone.history_fault = *fault;
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

void keep_history(ZoneWorker& zone, ZoneWorkers& all, ngx_log_t* log) {
    if (zone.writer != nullptr) {
        const bool is_there = zone.writer->listen();
        if (const auto loaded = zone.writer->take_loaded()) {
            report_loaded(*loaded, zone, log);
        }
        report_fault(zone, log);
        if (!zone.elected) {
            zone.writer->let_go();
        }
        if (!is_there) {
            zone.early_ends = is_writer_young(zone) ? zone.early_ends + 1 : 0;
            zone.writer_watch.reset();
            zone.writer.reset();
        }
    }
    if (lacks_writer(zone) && rest_readers(all)) {
        try {
            start_writer(zone);
        } catch (const std::exception&) {
            wake_readers(all);
            throw;
        }
    }
    // They go on resting while one is waited for.
    if (std::none_of(all.begin(), all.end(), [](const auto& other) { return lacks_writer(*other); })) {
        wake_readers(all);
    }
}

void finish_history(ZoneWorker& zone, ZoneWorkers& all) {
    if (zone.writer == nullptr && zone.zone->tracker.elect(ngx_pid, read_clocks())) {
        bool is_resting = false;
        for (int waited = 0; !(is_resting = rest_readers(all)) && waited < kLongestRestMs;
             waited += kRestLookMs) {
            ngx_msleep(kRestLookMs);
        }
        if (is_resting) {
            start_writer(zone);
        }
    }
    if (zone.writer != nullptr) {
        zone.writer->finish(kLongestFinish);
    }
}

}  // namespace agent_sessions::ngx
