#include "ngx_module/zone_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ngx_module/clock.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

// For another worker that makes the keys at the start.
constexpr tracker::Millis kPatience{10'000};
// The same from the timer of a worker that has none: all of them try at about the same time.
constexpr tracker::Millis kRetryPatience{50};

std::string key_file_in(const ngx_str_t& directory, const Zone& zone) {
    std::string path(to_view(directory));
    path += '/';
    path += to_view(zone.name);
    path += ".keys";
    return path;
}

// All workers see the same, so one of them says it.
bool speaks() noexcept {
    return ngx_process == NGX_PROCESS_SINGLE || ngx_worker == 0;
}

bool is_writable_directory(const std::string& path) noexcept {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           access(path.c_str(), W_OK | X_OK) == 0;
}

void take(ZoneWorker& zone, gateway::LoadedKeys& loaded, const std::string& path, ngx_log_t* log) {
    if (!loaded.warning.empty()) {
        ngx_log_error(NGX_LOG_WARN, log, 0, "agent_sessions: %s", loaded.warning.c_str());
    }
    if (loaded.created) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0, "agent_sessions: made the keys of zone \"%V\" in \"%s\"",
                      &zone.zone->name, path.c_str());
    }
    zone.key_path = path;
    zone.key_stamp = gateway::stamp_of(path);
    if (!loaded.ring) {
        if (loaded.error != zone.key_fault) {
            ngx_log_error(NGX_LOG_CRIT, log, 0,
                          "agent_sessions: %s; zone \"%V\" tracks nothing, and refuses what brings a cookie",
                          loaded.error.c_str(), &zone.zone->name);
        }
        zone.key_fault = std::move(loaded.error);
        return;
    }
    if (!zone.key_fault.empty()) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0, "agent_sessions: zone \"%V\" has its keys, and tracks again",
                      &zone.zone->name);
    }
    zone.key_fault.clear();
    zone.signer = gateway::TokenSigner(*loaded.ring);
}

void find_keys(ZoneWorker& zone, tracker::Millis patience, ngx_log_t* log) {
    const tracker::WallTime now = read_clocks().wall;
    const tracker::Millis absolute(zone.zone->longest_absolute);
    const std::string state(to_view(zone.zone->state));
    const std::string path = key_file_in(zone.zone->state, *zone.zone);

    if (is_writable_directory(state)) {
        gateway::LoadedKeys loaded = gateway::load_or_create_keys(path, now, absolute, patience);
        take(zone, loaded, path, log);
        return;
    }
    const ngx_err_t reason = errno;
    // Keys that can be read must go on being used, or every cookie would be void.
    if (gateway::stamp_of(path)) {
        gateway::LoadedKeys loaded = gateway::load_keys(path);
        take(zone, loaded, path, log);
        return;
    }
    const std::string fallback = key_file_in(zone.zone->run, *zone.zone);
    if (speaks()) {
        ngx_log_error(NGX_LOG_WARN, log, reason,
                      "agent_sessions: the state directory \"%s\" cannot be used, keys are kept in \"%s\"",
                      state.c_str(), fallback.c_str());
    }
    gateway::LoadedKeys loaded = gateway::load_or_create_keys(fallback, now, absolute, patience);
    take(zone, loaded, fallback, log);
}

}  // namespace

void open_keys(ZoneWorker& zone, ngx_log_t* log) {
    find_keys(zone, kPatience, log);
}

void refresh_keys(ZoneWorker& zone, ngx_log_t* log) {
    if (!zone.signer) {
        find_keys(zone, kRetryPatience, log);
        return;
    }
    const auto stamp = gateway::stamp_of(zone.key_path);
    if (!stamp || stamp == zone.key_stamp) {
        return;
    }
    gateway::LoadedKeys loaded = gateway::load_keys(zone.key_path);
    zone.key_stamp = stamp;
    if (loaded.ring) {
        zone.signer = gateway::TokenSigner(*loaded.ring);
    } else {
        ngx_log_error(NGX_LOG_CRIT, log, 0, "agent_sessions: %s; the keys loaded before stay in use",
                      loaded.error.c_str());
    }
}

}  // namespace agent_sessions::ngx
