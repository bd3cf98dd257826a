// agent_sessions_client NAME [origin=ORIGIN]… [heartbeat=TIME] [warn=TIME|off];
#include <algorithm>

#include "ngx_module/client_handler.h"
#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"
#include "ngx_module/gateway/client_origin.h"
#include "ngx_module/guard.h"
#include "ngx_module/pool_object.h"

namespace agent_sessions::ngx {

namespace {

// The script counts in seconds.
constexpr ngx_msec_t kShortestHeartbeat = 1000;

char* set_origin(ngx_conf_t* cf, ClientConfiguration& client, std::string_view argument,
                 std::string_view origin) {
    if (!gateway::is_origin(origin)) {
        return invalid_value(cf, origin, "it is no origin such as \"https://app.example\"");
    }
    if (std::find(client.origins.begin(), client.origins.end(), origin) != client.origins.end()) {
        return duplicate_parameter(cf, argument);
    }
    client.origins.emplace_back(origin);
    return accepted();
}

char* set_heartbeat(ngx_conf_t* cf, ClientConfiguration& client, std::string_view argument,
                    std::string_view text) {
    if (client.heartbeat) {
        return duplicate_parameter(cf, argument);
    }
    client.heartbeat = parse_duration(text);
    return client.heartbeat.value_or(0) >= kShortestHeartbeat ? accepted() : invalid_value(cf, text);
}

char* set_warn(ngx_conf_t* cf, ClientConfiguration& client, std::string_view argument,
               std::string_view text) {
    if (client.warn) {
        return duplicate_parameter(cf, argument);
    }
    client.warn = text == "off" ? std::optional<ngx_msec_t>(0) : parse_duration(text);
    return client.warn ? accepted() : invalid_value(cf, text);
}

char* set_parameter(ngx_conf_t* cf, ClientConfiguration& client, std::string_view argument) {
    if (const auto value = parameter_value(argument, "origin")) {
        return set_origin(cf, client, argument, *value);
    }
    if (const auto value = parameter_value(argument, "heartbeat")) {
        return set_heartbeat(cf, client, argument, *value);
    }
    if (const auto value = parameter_value(argument, "warn")) {
        return set_warn(cf, client, argument, *value);
    }
    return invalid_parameter(cf, argument);
}

char* read_client(ngx_conf_t* cf, LocationConfiguration& target) {
    if (target.client != nullptr) {
        return duplicate();
    }
    auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    if (target.admin != nullptr || core->named || core->noname) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0, "\"agent_sessions_client\" cannot be used %s",
            target.admin != nullptr ? "with \"agent_sessions_admin\"" : "inside named location or \"if\"");
        return refused();
    }
    const Arguments arguments(cf);
    auto* client = make_pool_object<ClientConfiguration>(cf->pool);
    for (std::size_t index = 2; index < arguments.count(); ++index) {
        if (char* const result = set_parameter(cf, *client, arguments[index]); result != accepted()) {
            return result;
        }
    }
    client->zone = named_zone(cf, arguments.raw(1));
    if (client->zone == nullptr) {
        return refused();
    }
    target.client = client;
    core->handler = handle_client;
    return accepted();
}

}  // namespace

char* set_client(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return guard(cf->log, "reading \"agent_sessions_client\"", refused(),
                 [cf, conf] { return read_client(cf, *static_cast<LocationConfiguration*>(conf)); });
}

}  // namespace agent_sessions::ngx
