#include "ngx_module/directives.h"

#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"

namespace agent_sessions::ngx {

namespace {

using Setter = char* (*)(ngx_conf_t* cf, ngx_command_t* command, void* conf);

constexpr ngx_uint_t kAnywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

ngx_command_t in_main(std::string_view name, ngx_uint_t arguments, Setter setter) noexcept {
    return {to_ngx(name), NGX_HTTP_MAIN_CONF | arguments, setter, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr};
}

ngx_command_t anywhere(std::string_view name, ngx_uint_t arguments, Setter setter,
                       ngx_uint_t offset = 0) noexcept {
    return {to_ngx(name), kAnywhere | arguments, setter, NGX_HTTP_LOC_CONF_OFFSET, offset, nullptr};
}

ngx_command_t in_location(std::string_view name, ngx_uint_t arguments, Setter setter,
                          ngx_uint_t offset = 0) noexcept {
    return {to_ngx(name), NGX_HTTP_LOC_CONF | arguments, setter, NGX_HTTP_LOC_CONF_OFFSET, offset, nullptr};
}

}  // namespace

#define FIELD(name) offsetof(LocationConfiguration, name)

ngx_command_t directives[] = {
    in_main("agent_sessions_zone", NGX_CONF_1MORE, set_zone),
    in_main("agent_sessions_license", NGX_CONF_2MORE, set_license),
    anywhere("agent_sessions", NGX_CONF_TAKE1, set_tracking),
    anywhere("agent_sessions_account", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(account)),
    anywhere("agent_sessions_timezone", NGX_CONF_TAKE1, set_time_zone),
    anywhere("agent_sessions_agent", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(agent)),
    anywhere("agent_sessions_label", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(label)),
    anywhere("agent_sessions_begin", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(begin)),
    anywhere("agent_sessions_activity", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(activity)),
    anywhere("agent_sessions_logout", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot, FIELD(logout)),
    anywhere("agent_sessions_interaction", NGX_CONF_TAKE12, set_interaction),
    anywhere("agent_sessions_interaction_close", NGX_CONF_TAKE12, set_interaction_close),
    anywhere("agent_sessions_cookie", NGX_CONF_1MORE, set_cookie),
    anywhere("agent_sessions_end_cookies", NGX_CONF_1MORE, set_end_cookies),
    anywhere("agent_sessions_timeout", NGX_CONF_TAKE123, set_timeout),
    anywhere("agent_sessions_record", NGX_CONF_TAKE123, set_record),
    anywhere("agent_sessions_require", NGX_CONF_FLAG, ngx_conf_set_flag_slot, FIELD(require)),
    anywhere("agent_sessions_untracked", NGX_CONF_TAKE1, set_untracked),
    anywhere("agent_sessions_ended_status", NGX_CONF_TAKE1, set_ended_status),
    in_location("agent_sessions_admin", NGX_CONF_TAKE12, set_admin),
    in_location("agent_sessions_admin_account", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot,
                FIELD(admin_account)),
    in_location("agent_sessions_admin_role", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot,
                FIELD(admin_role)),
    in_location("agent_sessions_admin_user", NGX_CONF_TAKE1, ngx_http_set_complex_value_slot,
                FIELD(admin_user)),
    in_location("agent_sessions_ui_root", NGX_CONF_TAKE1, set_ui_root),
    in_location("agent_sessions_client", NGX_CONF_1MORE, set_client),
    ngx_null_command,
};

#undef FIELD

}  // namespace agent_sessions::ngx
