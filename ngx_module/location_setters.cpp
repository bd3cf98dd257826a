#include <algorithm>

#include "ngx_module/admin_handler.h"
#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"
#include "ngx_module/guard.h"
#include "ngx_module/pool_object.h"
#include "ngx_module/time_zone.h"

namespace agent_sessions::ngx {

namespace {

constexpr ngx_uint_t kMinStatus = 400;
constexpr ngx_uint_t kMaxStatus = 599;
constexpr std::uint64_t kDay = std::uint64_t{24} * 60 * 60 * 1000;
constexpr std::uint8_t kDefaultMemoryDays = 30;
constexpr std::uint64_t kMostMemoryDays = 200;
constexpr std::size_t kMostAdopted = 8;

LocationConfiguration& location(void* conf) noexcept {
    return *static_cast<LocationConfiguration*>(conf);
}

// NAMEVALUE [INSTANCEVALUE]
char* set_named_instance(ngx_conf_t* cf, ngx_http_complex_value_t*& name,
                         ngx_http_complex_value_t*& instance) noexcept {
    if (name != NGX_CONF_UNSET_PTR) {
        return duplicate();
    }
    const Arguments arguments(cf);
    name = compile_value(cf, arguments.raw(1));
    instance = arguments.count() > 2 ? compile_value(cf, arguments.raw(2)) : nullptr;
    const bool complete = name != nullptr && (arguments.count() < 3 || instance != nullptr);
    return complete ? accepted() : refused();
}

// nullopt = accepted; else what the setter returns.
std::optional<char*> set_cookie_parameter(ngx_conf_t* cf, gateway::CookieSettings& settings,
                                          std::string_view argument) {
    if (argument == "partitioned") {
        settings.partitioned = true;
        return std::nullopt;
    }
    if (const auto value = parameter_value(argument, "samesite")) {
        if (*value == "lax") {
            settings.same_site = gateway::SameSite::lax;
        } else if (*value == "strict") {
            settings.same_site = gateway::SameSite::strict;
        } else if (*value == "none") {
            settings.same_site = gateway::SameSite::none;
        } else {
            return invalid_parameter(cf, argument);
        }
        return std::nullopt;
    }
    if (const auto value = parameter_value(argument, "domain")) {
        if (value->empty()) {
            return invalid_parameter(cf, argument);
        }
        settings.domain = *value;
        return std::nullopt;
    }
    if (const auto value = parameter_value(argument, "secure")) {
        const auto given = parse_switch(*value);
        if (!given && *value != "auto") {
            return invalid_parameter(cf, argument);
        }
        settings.secure = !given   ? gateway::Secure::automatic
                          : *given ? gateway::Secure::on
                                   : gateway::Secure::off;
        return std::nullopt;
    }
    if (const auto value = parameter_value(argument, "max_age")) {
        const auto given = parse_switch(*value);
        if (!given) {
            return invalid_parameter(cf, argument);
        }
        settings.max_age = *given;
        return std::nullopt;
    }
    return invalid_parameter(cf, argument);
}

bool says_adopt(const ngx_conf_t* cf) noexcept {
    const Arguments arguments(cf);
    for (std::size_t index = 2; index < arguments.count(); ++index) {
        if (arguments[index] == "adopt") {
            return true;
        }
    }
    return false;
}

// Several lines adopt several cookies.
char* adopt_cookie(ngx_conf_t* cf, CookieConfiguration*& cookie) {
    const Arguments arguments(cf);
    const std::string name(arguments[1]);
    if (!gateway::is_cookie_name(name)) {
        return invalid_value(cf, name, "it is no cookie name");
    }
    std::optional<std::uint8_t> memory_days;
    bool is_adopted = false;
    for (std::size_t index = 2; index < arguments.count(); ++index) {
        const std::string_view argument = arguments[index];
        if (argument == "adopt") {
            if (is_adopted) {
                return duplicate_parameter(cf, argument);
            }
            is_adopted = true;
            continue;
        }
        const auto value = parameter_value(argument, "remember");
        if (!value) {
            return invalid_parameter(cf, argument);
        }
        const auto time = parse_duration(*value);
        const std::uint64_t days = time ? (*time + kDay - 1) / kDay : 0;
        if (days == 0 || days > kMostMemoryDays) {
            return invalid_value(cf, *value, "the time must be at most 200d");
        }
        if (memory_days) {
            return duplicate_parameter(cf, argument);
        }
        memory_days = static_cast<std::uint8_t>(days);
    }
    if (cookie == NGX_CONF_UNSET_PTR) {
        cookie = make_pool_object<CookieConfiguration>(cf->pool, gateway::CookieSettings{});
        cookie->memory_days = kDefaultMemoryDays;
    } else if (!cookie->adopts() || cookie->adopted.size() >= kMostAdopted ||
               std::find(cookie->adopted.begin(), cookie->adopted.end(), name) != cookie->adopted.end()) {
        return duplicate();
    }
    cookie->adopted.push_back(name);
    cookie->memory_days = std::max(cookie->memory_days, memory_days.value_or(0));
    return accepted();
}

}  // namespace

char* set_tracking(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    Zone*& zone = location(conf).zone;
    if (zone != NGX_CONF_UNSET_PTR) {
        return duplicate();
    }
    const Arguments arguments(cf);
    if (arguments[1] == "off") {
        zone = nullptr;
        return accepted();
    }
    zone = named_zone(cf, arguments.raw(1));
    return zone != nullptr ? accepted() : refused();
}

char* set_time_zone(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    ngx_http_complex_value_t*& value = location(conf).time_zone;
    if (value != NGX_CONF_UNSET_PTR) {
        return duplicate();
    }
    const Arguments arguments(cf);
    value = compile_value(cf, arguments.raw(1));
    if (value == nullptr) {
        return refused();
    }
    if (value->lengths != nullptr) {
        // Lists the system's zones here, so that no worker has to do it while a request waits.
        is_time_zone("Etc/UTC");
    } else if (!is_time_zone(arguments[1])) {
        return invalid_value(cf, arguments[1], "it is no time zone of this system");
    }
    return accepted();
}

char* set_interaction(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return set_named_instance(cf, location(conf).interaction, location(conf).instance);
}

char* set_interaction_close(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return set_named_instance(cf, location(conf).closed_interaction, location(conf).closed_instance);
}

char* set_cookie(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return guard(cf->log, "reading \"agent_sessions_cookie\"", refused(), [cf, conf]() -> char* {
        CookieConfiguration*& cookie = location(conf).cookie;
        if (says_adopt(cf)) {
            return adopt_cookie(cf, cookie);
        }
        if (cookie != NGX_CONF_UNSET_PTR) {
            return duplicate();
        }
        const Arguments arguments(cf);
        gateway::CookieSettings settings;
        settings.name = arguments[1];
        for (std::size_t index = 2; index < arguments.count(); ++index) {
            if (const auto result = set_cookie_parameter(cf, settings, arguments[index])) {
                return *result;
            }
        }
        const std::string error = gateway::check_cookie_settings(settings);
        if (!error.empty()) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"agent_sessions_cookie\" directive",
                               error.c_str());
            return refused();
        }
        cookie = make_pool_object<CookieConfiguration>(cf->pool, std::move(settings));
        return accepted();
    });
}

char* set_timeout(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    LocationConfiguration& target = location(conf);
    if (target.idle != NGX_CONF_UNSET_MSEC) {
        return duplicate();
    }
    const Arguments arguments(cf);
    const auto idle = parse_duration(arguments[1]);
    if (!idle) {
        return invalid_value(cf, arguments[1]);
    }
    std::optional<ngx_msec_t> absolute;
    std::optional<ngx_msec_t> instance;
    for (std::size_t index = 2; index < arguments.count(); ++index) {
        const std::string_view argument = arguments[index];
        auto value = parameter_value(argument, "absolute");
        auto* duration = &absolute;
        if (!value) {
            value = parameter_value(argument, "instance");
            duration = &instance;
        }
        if (!value) {
            return invalid_parameter(cf, argument);
        }
        if (*duration) {
            return duplicate_parameter(cf, argument);
        }
        *duration = parse_duration(*value);
        if (!*duration) {
            return invalid_value(cf, *value);
        }
    }
    target.idle = *idle;
    target.absolute = absolute.value_or(tracker::Lifetime{}.absolute.count());
    target.instance_idle = instance.value_or(*idle);
    if (target.idle > target.absolute) {
        return invalid_value(cf, arguments[1], "the idle timeout is longer than the absolute timeout");
    }
    return accepted();
}

char* set_record(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    ngx_uint_t& record = location(conf).record;
    if (record != NGX_CONF_UNSET_UINT) {
        return duplicate();
    }
    const Arguments arguments(cf);
    record = 0;
    if (arguments[1] == "off" && arguments.count() == 2) {
        return accepted();
    }
    for (std::size_t index = 1; index < arguments.count(); ++index) {
        const std::string_view argument = arguments[index];
        const ngx_uint_t bit = argument == "address"      ? kRecordAddress
                               : argument == "user_agent" ? kRecordUserAgent
                               : argument == "history"    ? kRecordHistory
                                                          : 0;
        if (bit == 0) {
            return invalid_value(cf, argument);
        }
        if ((record & bit) != 0) {
            return duplicate_parameter(cf, argument);
        }
        record |= bit;
    }
    return accepted();
}

char* set_untracked(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    ngx_flag_t& refuse = location(conf).refuse_untracked;
    if (refuse != NGX_CONF_UNSET) {
        return duplicate();
    }
    const Arguments arguments(cf);
    if (arguments[1] != "pass" && arguments[1] != "refuse") {
        return invalid_value(cf, arguments[1], "it must be \"pass\" or \"refuse\"");
    }
    refuse = arguments[1] == "refuse" ? 1 : 0;
    return accepted();
}

char* set_ended_status(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    LocationConfiguration& target = location(conf);
    if (target.ended_status != NGX_CONF_UNSET_UINT) {
        return duplicate();
    }
    const Arguments arguments(cf);
    const auto status = parse_number(arguments[1]);
    if (!status || *status < kMinStatus || *status > kMaxStatus) {
        return invalid_value(cf, arguments[1], "the status must be from 400 to 599");
    }
    target.ended_status = *status;
    target.ended_status_written = 1;
    return accepted();
}

char* set_admin(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    LocationConfiguration& target = location(conf);
    if (target.admin != nullptr) {
        return duplicate();
    }
    if (target.client != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"agent_sessions_admin\" cannot be used with \"agent_sessions_client\"");
        return refused();
    }
    const Arguments arguments(cf);
    auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    // The path below the location is told by its name, which these have not.
    if (core->named || core->noname
#if (NGX_PCRE)
        || core->regex != nullptr
#endif
    ) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "\"agent_sessions_admin\" cannot be used in location given by regular expression, or inside "
            "named location");
        return refused();
    }
    if (arguments.count() > 2) {
        const auto value = parameter_value(arguments[2], "write");
        const auto write = value ? parse_switch(*value) : std::nullopt;
        if (!write) {
            return invalid_parameter(cf, arguments[2]);
        }
        target.admin_write = *write ? 1 : 0;
    }
    target.admin = named_zone(cf, arguments.raw(1));
    if (target.admin == nullptr) {
        return refused();
    }
    core->handler = handle_admin;
    if (core->name.len > 0 && core->name.data[core->name.len - 1] == '/') {
        core->auto_redirect = 1;
    }
    return accepted();
}

}  // namespace agent_sessions::ngx
