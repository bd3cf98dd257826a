#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"
#include "ngx_module/time_zone.h"

namespace agent_sessions::ngx {

namespace {

constexpr std::string_view kDefaultRun = "/run/agent-sessions";
constexpr std::string_view kDefaultState = "/var/lib/agent-sessions";
constexpr std::string_view kCapacityBounds = "capacity must be from 1000 to 10000000";
constexpr std::uint64_t kMaxTotal = 0x7fff'ffff;

// Completes a relative directory against the prefix, as nginx does with its own paths.
bool set_directory(ngx_conf_t* cf, ngx_str_t& directory, std::string_view value) noexcept {
    while (value.size() > 1 && value.back() == '/') {
        value.remove_suffix(1);
    }
    ngx_str_t full = to_ngx(value);
    // A copy that ends with a zero byte, since nginx completes paths only so.
    full.data = ngx_pstrdup(cf->pool, &full);
    if (full.data == nullptr || ngx_conf_full_name(cf->cycle, &full, 0) != NGX_OK) {
        return false;
    }
    directory = full;
    return true;
}

// How long the history keeps what. A day at least: the figures of today need it.
constexpr std::chrono::hours kShortestRetention{24};
constexpr std::chrono::hours kLongestRetention{24 * 3660};

struct RetentionParameter {
    std::string_view name;
    std::chrono::hours tracker::history::Retention::*time;
    bool Zone::*is_given;
};

constexpr RetentionParameter kRetentionParameters[] = {
    {"keep_sessions", &tracker::history::Retention::sessions, &Zone::keeps_sessions},
    {"keep_peaks", &tracker::history::Retention::peaks, &Zone::keeps_peaks},
    {"keep_audit", &tracker::history::Retention::audit, &Zone::keeps_audit},
};

char* set_retention(ngx_conf_t* cf, Zone& zone, const RetentionParameter& parameter,
                    std::string_view argument, std::string_view value) noexcept {
    if (zone.*parameter.is_given) {
        return duplicate_parameter(cf, argument);
    }
    zone.*parameter.is_given = true;
    ngx_str_t text = to_ngx(value);
    const ngx_int_t seconds = ngx_parse_time(&text, 1);
    if (seconds == NGX_ERROR) {
        return invalid_value(cf, value);
    }
    const auto time = std::chrono::duration_cast<std::chrono::hours>(std::chrono::seconds(seconds));
    if (time < kShortestRetention || time > kLongestRetention) {
        return invalid_value(cf, value, "the history is kept from 1d to 3660d");
    }
    zone.retention.*parameter.time = time;
    return accepted();
}

char* set_zone_parameter(ngx_conf_t* cf, Zone& zone, std::string_view argument) noexcept {
    if (const auto capacity = parameter_value(argument, "capacity")) {
        if (zone.capacity != 0) {
            return duplicate_parameter(cf, argument);
        }
        const auto number = parse_number(*capacity);
        if (!number || *number < tracker::kMinCapacity || *number > tracker::kMaxCapacity) {
            return invalid_value(cf, *capacity, kCapacityBounds);
        }
        zone.capacity = *number;
        return accepted();
    }
    for (const auto& [name, directory] : {std::pair{"run", &zone.run}, std::pair{"state", &zone.state}}) {
        const auto value = parameter_value(argument, name);
        if (!value) {
            continue;
        }
        if (directory->len != 0) {
            return duplicate_parameter(cf, argument);
        }
        if (value->empty()) {
            return invalid_parameter(cf, argument);
        }
        return set_directory(cf, *directory, *value) ? accepted() : refused();
    }
    for (const RetentionParameter& parameter : kRetentionParameters) {
        if (const auto value = parameter_value(argument, parameter.name)) {
            return set_retention(cf, zone, parameter, argument, *value);
        }
    }
    return invalid_parameter(cf, argument);
}

}  // namespace

char* set_zone(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    const Arguments arguments(cf);
    if (!plausible_zone_name(arguments[1])) {
        return invalid_value(cf, arguments[1], "it is no zone name");
    }
    Zone* zone = find_or_add_zone(cf, *static_cast<MainConfiguration*>(conf), arguments.raw(1));
    if (zone == nullptr) {
        return refused();
    }
    if (zone->declared) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate agent_sessions zone \"%V\"", &zone->name);
        return refused();
    }
    zone->declared = true;
    for (std::size_t index = 2; index < arguments.count(); ++index) {
        char* result = set_zone_parameter(cf, *zone, arguments[index]);
        if (result != accepted()) {
            return result;
        }
    }
    if (zone->capacity == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"agent_sessions_zone\" must have \"capacity\" parameter");
        return refused();
    }
    if ((zone->run.len == 0 && !set_directory(cf, zone->run, kDefaultRun)) ||
        (zone->state.len == 0 && !set_directory(cf, zone->state, kDefaultState))) {
        return refused();
    }
    return accepted();
}

char* set_license(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    auto& main = *static_cast<MainConfiguration*>(conf);
    const Arguments arguments(cf);
    const std::string_view account = arguments[1];
    if (account.empty() || account.size() > tracker::kMaxAccountBytes) {
        return invalid_value(cf, account, "an account's name has from 1 to 64 bytes");
    }
    const auto* lines = static_cast<LicenseLine*>(main.licenses.elts);
    for (ngx_uint_t index = 0; index < main.licenses.nelts; ++index) {
        if (to_view(lines[index].account) == account) {
            ngx_str_t shown = to_ngx(account);
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate account \"%V\" in \"agent_sessions_license\" directive", &shown);
            return refused();
        }
    }
    const auto total = parse_number(arguments[2]);
    if (!total || *total > kMaxTotal) {
        return invalid_value(cf, arguments[2], "a number of licenses is from 0 to 2147483647");
    }

    LicenseLine line{arguments.raw(1), static_cast<ngx_uint_t>(*total), ngx_null_string};
    bool mode_given = false;
    for (std::size_t index = 3; index < arguments.count(); ++index) {
        const std::string_view argument = arguments[index];
        if (const auto mode = parameter_value(argument, "mode")) {
            if (mode_given) {
                return duplicate_parameter(cf, argument);
            }
            mode_given = true;
            if (*mode == "warn" || *mode == "refuse") {
                return unsupported(cf, argument);
            }
            if (*mode != "monitor") {
                return invalid_parameter(cf, argument);
            }
        } else if (const auto time_zone = parameter_value(argument, "timezone")) {
            if (line.time_zone.len != 0) {
                return duplicate_parameter(cf, argument);
            }
            if (!is_time_zone(*time_zone)) {
                return invalid_value(cf, *time_zone, "it is no time zone of this system");
            }
            line.time_zone = to_ngx(*time_zone);
        } else {
            return invalid_parameter(cf, argument);
        }
    }

    auto* place = static_cast<LicenseLine*>(ngx_array_push(&main.licenses));
    if (place == nullptr) {
        return refused();
    }
    *place = line;
    return accepted();
}

}  // namespace agent_sessions::ngx
