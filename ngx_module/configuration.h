// What the directives leave behind. Plain structs in the configuration's pool: standard layout for offsetof,
// zeroed or unset by nginx's conventions, trivially destructible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "ngx_module/gateway/set_cookie.h"
#include "ngx_module/nginx.h"
#include "ngx_module/value.h"
#include "ngx_module/zone.h"
#include "tracker/types.h"

namespace agent_sessions::admin {
class PageFiles;
}

namespace agent_sessions::ngx {

// agent_sessions_cookie with what its name is, made once so that a request need not make it.
struct CookieConfiguration {
    gateway::CookieSettings settings;
    std::string name_on_plain;
    std::string name_on_tls;
    // The application's own cookies that are tracked in the place of ours; the first counts first.
    std::vector<std::string> adopted;
    std::uint8_t memory_days = 0;

    bool adopts() const noexcept { return !adopted.empty(); }
    bool operator==(const CookieConfiguration&) const = default;

    explicit CookieConfiguration(gateway::CookieSettings given)
        : settings(std::move(given)),
          name_on_plain(gateway::cookie_name(settings, gateway::is_secure(settings, false))),
          name_on_tls(gateway::cookie_name(settings, gateway::is_secure(settings, true))) {}
};

// agent_sessions_client: a location that serves the script of the agent's pages.
struct ClientConfiguration {
    Zone* zone = nullptr;
    std::vector<std::string> origins;  // of other sites' pages that may use it
    std::optional<ngx_msec_t> heartbeat;
    std::optional<ngx_msec_t> warn;  // 0 = never
};

// One agent_sessions_license line.
struct LicenseLine {
    ngx_str_t account;
    ngx_uint_t total;
    ngx_str_t time_zone;
};

// Bits of agent_sessions_record.
inline constexpr ngx_uint_t kRecordAddress = 1;
inline constexpr ngx_uint_t kRecordUserAgent = 2;
inline constexpr ngx_uint_t kRecordHistory = 4;
inline constexpr ngx_uint_t kRecordAll = kRecordAddress | kRecordUserAgent | kRecordHistory;

inline constexpr ngx_uint_t kDefaultEndedStatus = 403;

struct MainConfiguration {
    ngx_array_t zones;     // of Zone*
    ngx_array_t licenses;  // of LicenseLine
    CookieConfiguration* default_cookie;
    ngx_flag_t has_error_pages;  // error_page is written somewhere: a request may come again, led elsewhere
    ngx_http_complex_value_t* request_id;
};

struct LocationConfiguration {
    Zone* zone;  // agent_sessions; null = off

    ngx_http_complex_value_t* account;
    ngx_http_complex_value_t* time_zone;
    ngx_http_complex_value_t* agent;
    ngx_http_complex_value_t* label;
    ngx_http_complex_value_t* begin;
    ngx_http_complex_value_t* activity;
    ngx_http_complex_value_t* logout;
    ngx_http_complex_value_t* interaction;
    ngx_http_complex_value_t* instance;  // inherited together with `interaction`
    ngx_http_complex_value_t* closed_interaction;
    ngx_http_complex_value_t* closed_instance;  // likewise
    ngx_flag_t follows_answers;                 // one of those that an answer is asked about is written

    CookieConfiguration* cookie;
    ngx_array_t* end_cookies;  // agent_sessions_end_cookies; null = none

    // agent_sessions_timeout; inherited together.
    ngx_msec_t idle;
    ngx_msec_t absolute;
    ngx_msec_t instance_idle;

    ngx_uint_t record;
    ngx_flag_t require;
    ngx_flag_t refuse_untracked;  // agent_sessions_untracked refuse
    ngx_uint_t ended_status;
    ngx_flag_t ended_status_written;  // only then does error_page apply

    Zone* admin;  // agent_sessions_admin; null = no admin location
    ngx_flag_t admin_write;
    ngx_http_complex_value_t* admin_account;
    ngx_http_complex_value_t* admin_role;
    ngx_http_complex_value_t* admin_user;
    const admin::PageFiles* page_files;  // agent_sessions_ui_root; null = none

    const ClientConfiguration* client;  // agent_sessions_client; null = no such location

    ngx_flag_t is_tracked;  // tracks(), once all is merged

    tracker::Lifetime lifetime() const noexcept {
        return {tracker::Millis(idle), tracker::Millis(absolute), tracker::Millis(instance_idle)};
    }
    // Are requests of this location looked at? Those of the admin endpoint and of the script never are.
    bool tracks() const noexcept { return is_tracked != 0; }
};

static_assert(std::is_standard_layout_v<LocationConfiguration>);
static_assert(std::is_trivially_destructible_v<LocationConfiguration>);
static_assert(std::is_trivially_destructible_v<MainConfiguration>);

// Callbacks of ngx_http_module_t.
void* create_main_configuration(ngx_conf_t* cf) noexcept;
char* init_main_configuration(ngx_conf_t* cf, void* conf) noexcept;
void* create_location_configuration(ngx_conf_t* cf) noexcept;
char* merge_location_configuration(ngx_conf_t* cf, void* parent, void* child) noexcept;

// The zone of that name, made (undeclared) where it is named for the first time. nullptr = out of memory.
Zone* find_or_add_zone(ngx_conf_t* cf, MainConfiguration& main, const ngx_str_t& name) noexcept;

// The zone that a directive names. nullptr = refused, and logged.
Zone* named_zone(ngx_conf_t* cf, const ngx_str_t& name) noexcept;

// For loops over an ngx_array_t of pointers to zones.
struct ZoneRange {
    const ngx_array_t* array;
    Zone** begin() const noexcept { return static_cast<Zone**>(array->elts); }
    Zone** end() const noexcept { return begin() + array->nelts; }
};

inline ZoneRange zones_of(const MainConfiguration& main) noexcept {
    return {&main.zones};
}

inline MainConfiguration& main_configuration(ngx_conf_t* cf) noexcept {
    return *static_cast<MainConfiguration*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_agent_sessions_module));
}

// nullptr = the cycle has no http block.
inline MainConfiguration* main_configuration(ngx_cycle_t* cycle) noexcept {
    return static_cast<MainConfiguration*>(
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_agent_sessions_module));
}

inline const LocationConfiguration& location_configuration(const ngx_http_request_t& request) noexcept {
    return *static_cast<LocationConfiguration*>(
        ngx_http_get_module_loc_conf((&request), ngx_http_agent_sessions_module));
}

}  // namespace agent_sessions::ngx
