#include "ngx_module/configuration.h"

#include "ngx_module/directive_arguments.h"
#include "ngx_module/guard.h"
#include "ngx_module/pool_object.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

template <typename Value>
Value* unset_pointer() noexcept {
    return static_cast<Value*>(NGX_CONF_UNSET_PTR);
}

template <typename Value>
void merge_pointer(Value*& child, Value* parent, Value* fallback) noexcept {
    if (child == unset_pointer<Value>()) {
        child = parent == unset_pointer<Value>() ? fallback : parent;
    }
}

// The instance of an interaction is inherited together with its name.
void merge_named_instance(ngx_http_complex_value_t*& name, ngx_http_complex_value_t*& instance,
                          ngx_http_complex_value_t* outer_name,
                          ngx_http_complex_value_t* outer_instance) noexcept {
    ngx_http_complex_value_t* none = nullptr;
    if (name == unset_pointer<ngx_http_complex_value_t>()) {
        instance = outer_instance;
    }
    merge_pointer(name, outer_name, none);
    merge_pointer(instance, none, none);
}

// An `if` or `limit_except` block of an admin location answers by the location's content handler, so it needs
// what that handler reads; a location nested in it does not.
void merge_admin(ngx_http_core_loc_conf_t& core, const LocationConfiguration& parent,
                 LocationConfiguration& child) noexcept {
    if (core.noname && child.admin == nullptr) {
        child.admin = parent.admin;
        child.admin_write = parent.admin_write;
    }
    ngx_http_complex_value_t* none = nullptr;
    merge_pointer(child.admin_account, core.noname ? parent.admin_account : none, none);
    merge_pointer(child.admin_role, core.noname ? parent.admin_role : none, none);
    merge_pointer(child.admin_user, core.noname ? parent.admin_user : none, none);
    if (core.noname && child.page_files == nullptr) {
        child.page_files = parent.page_files;
    }
    if (child.admin == nullptr) {
        return;
    }
    // The API measures its bodies itself, and answers too large ones with its own kind of error.
    core.client_max_body_size = 0;
}

// The same for the script's location, whose times have to fit those of sessions and instances.
char* merge_client(ngx_conf_t* cf, ngx_http_core_loc_conf_t& core, const LocationConfiguration& parent,
                   LocationConfiguration& child) noexcept {
    if (core.noname && child.client == nullptr) {
        child.client = parent.client;
    }
    if (child.client == nullptr) {
        return NGX_CONF_OK;
    }
    core.client_max_body_size = 0;
    const ClientConfiguration& client = *child.client;
    const char* fault =
        client.warn && *client.warn >= child.idle
            ? "\"warn\" of \"agent_sessions_client\" must be less than the idle timeout"
        : client.heartbeat && *client.heartbeat >= child.instance_idle
            ? "\"heartbeat\" of \"agent_sessions_client\" must be less than the instance timeout"
            : nullptr;
    if (fault != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", fault);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    return NGX_CONF_OK;
}

}  // namespace

void* create_main_configuration(ngx_conf_t* cf) noexcept {
    return guard<void*>(cf->log, "making the configuration", nullptr, [cf]() -> void* {
        auto* main = static_cast<MainConfiguration*>(ngx_pcalloc(cf->pool, sizeof(MainConfiguration)));
        if (main == nullptr || ngx_array_init(&main->zones, cf->pool, 1, sizeof(Zone*)) != NGX_OK ||
            ngx_array_init(&main->licenses, cf->pool, 4, sizeof(LicenseLine)) != NGX_OK) {
            return nullptr;
        }
        main->default_cookie = make_pool_object<CookieConfiguration>(cf->pool, gateway::CookieSettings{});
        return main;
    });
}

char* init_main_configuration(ngx_conf_t* cf, void* conf) noexcept {
    auto& main = *static_cast<MainConfiguration*>(conf);
    auto* value =
        static_cast<ngx_http_complex_value_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
    if (value == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    ngx_str_t text = ngx_string("$request_id");
    ngx_http_compile_complex_value_t compile{};
    compile.cf = cf;
    compile.value = &text;
    compile.complex_value = value;
    if (ngx_http_compile_complex_value(&compile) != NGX_OK) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    main.request_id = value;
    return NGX_CONF_OK;
}

void* create_location_configuration(ngx_conf_t* cf) noexcept {
    auto* location =
        static_cast<LocationConfiguration*>(ngx_pcalloc(cf->pool, sizeof(LocationConfiguration)));
    if (location == nullptr) {
        return nullptr;
    }
    location->zone = unset_pointer<Zone>();
    for (auto** value : {&location->account, &location->time_zone, &location->agent, &location->label,
                         &location->begin, &location->activity, &location->logout, &location->interaction,
                         &location->instance, &location->closed_interaction, &location->closed_instance,
                         &location->admin_account, &location->admin_role, &location->admin_user}) {
        *value = unset_pointer<ngx_http_complex_value_t>();
    }
    location->cookie = unset_pointer<CookieConfiguration>();
    location->end_cookies = unset_pointer<ngx_array_t>();
    location->idle = NGX_CONF_UNSET_MSEC;
    location->absolute = NGX_CONF_UNSET_MSEC;
    location->instance_idle = NGX_CONF_UNSET_MSEC;
    location->record = NGX_CONF_UNSET_UINT;
    location->require = NGX_CONF_UNSET;
    location->refuse_untracked = NGX_CONF_UNSET;
    location->ended_status = NGX_CONF_UNSET_UINT;
    return location;
}

char* merge_location_configuration(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& outer = *static_cast<LocationConfiguration*>(parent);
    auto& inner = *static_cast<LocationConfiguration*>(child);
    constexpr ngx_http_complex_value_t* kNone = nullptr;

    merge_pointer(inner.zone, outer.zone, static_cast<Zone*>(nullptr));
    merge_pointer(inner.account, outer.account, kNone);
    merge_pointer(inner.time_zone, outer.time_zone, kNone);
    merge_pointer(inner.agent, outer.agent, kNone);
    merge_pointer(inner.label, outer.label, kNone);
    merge_pointer(inner.begin, outer.begin, kNone);
    merge_pointer(inner.activity, outer.activity, kNone);
    merge_pointer(inner.logout, outer.logout, kNone);
    merge_named_instance(inner.interaction, inner.instance, outer.interaction, outer.instance);
    merge_named_instance(inner.closed_interaction, inner.closed_instance, outer.closed_interaction,
                         outer.closed_instance);
    inner.follows_answers = inner.logout != nullptr || inner.agent != nullptr || inner.label != nullptr ||
                                    inner.interaction != nullptr || inner.closed_interaction != nullptr
                                ? 1
                                : 0;
    MainConfiguration& main = main_configuration(cf);
    merge_pointer(inner.cookie, outer.cookie, main.default_cookie);
    merge_pointer(inner.end_cookies, outer.end_cookies, static_cast<ngx_array_t*>(nullptr));

    const tracker::Lifetime defaults;
    if (inner.idle == NGX_CONF_UNSET_MSEC) {
        const bool given = outer.idle != NGX_CONF_UNSET_MSEC;
        inner.idle = given ? outer.idle : static_cast<ngx_msec_t>(defaults.idle.count());
        inner.absolute = given ? outer.absolute : static_cast<ngx_msec_t>(defaults.absolute.count());
        inner.instance_idle =
            given ? outer.instance_idle : static_cast<ngx_msec_t>(defaults.instance.count());
    }

    ngx_conf_merge_uint_value(inner.record, outer.record, kRecordAll);
    ngx_conf_merge_value(inner.require, outer.require, 0);
    ngx_conf_merge_value(inner.refuse_untracked, outer.refuse_untracked, 0);
    if (inner.ended_status == NGX_CONF_UNSET_UINT) {
        inner.ended_status_written = outer.ended_status_written;
    }
    ngx_conf_merge_uint_value(inner.ended_status, outer.ended_status, kDefaultEndedStatus);

    auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    merge_admin(*core, outer, inner);
    if (core->error_pages != nullptr) {
        main.has_error_pages = 1;
    }
    if (char* const result = merge_client(cf, *core, outer, inner); result != NGX_CONF_OK) {
        return result;
    }

    inner.is_tracked = inner.zone != nullptr && inner.admin == nullptr && inner.client == nullptr ? 1 : 0;
    if (inner.zone != nullptr) {
        inner.zone->longest_absolute = ngx_max(inner.zone->longest_absolute, inner.absolute);
    }
    return NGX_CONF_OK;
}

Zone* find_or_add_zone(ngx_conf_t* cf, MainConfiguration& main, const ngx_str_t& name) noexcept {
    for (Zone* zone : zones_of(main)) {
        if (to_view(zone->name) == to_view(name)) {
            return zone;
        }
    }
    void* memory = ngx_pcalloc(cf->pool, sizeof(Zone));
    auto* place = static_cast<Zone**>(ngx_array_push(&main.zones));
    if (memory == nullptr || place == nullptr) {
        return nullptr;
    }
    auto* zone = new (memory) Zone{};
    zone->name = name;
    zone->file = cf->conf_file->file.name.data;
    zone->line = cf->conf_file->line;
    *place = zone;
    return zone;
}

Zone* named_zone(ngx_conf_t* cf, const ngx_str_t& name) noexcept {
    if (!plausible_zone_name(to_view(name))) {
        invalid_value(cf, to_view(name), "it is no zone name");
        return nullptr;
    }
    return find_or_add_zone(cf, main_configuration(cf), name);
}

}  // namespace agent_sessions::ngx
