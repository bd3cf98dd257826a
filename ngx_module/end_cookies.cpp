#include "ngx_module/end_cookies.h"

#include <new>
#include <string>
#include <vector>

#include "ngx_module/answer.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"
#include "ngx_module/gateway/set_cookie.h"
#include "ngx_module/guard.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

namespace {

// Values of Set-Cookie, made with the configuration.
struct EndCookie {
    ngx_str_t on_plain;
    ngx_str_t when_secure;
};

ngx_str_t keep(ngx_conf_t* cf, const std::string& text) {
    const auto copy = copy_to_pool(cf->pool, text);
    if (!copy) {
        throw std::bad_alloc();
    }
    return to_ngx(*copy);
}

// NAME... [path=PATH] [domain=DOMAIN] [partitioned]
char* add_cookies(ngx_conf_t* cf, ngx_array_t& cookies) {
    const Arguments arguments(cf);
    std::vector<std::string_view> names;
    std::optional<std::string_view> path;
    std::optional<std::string_view> domain;
    bool partitioned = false;
    for (std::size_t index = 1; index < arguments.count(); ++index) {
        const std::string_view argument = arguments[index];
        auto value = parameter_value(argument, "path");
        auto* parameter = &path;
        if (!value) {
            value = parameter_value(argument, "domain");
            parameter = &domain;
        }
        if (value) {
            if (*parameter) {
                return duplicate_parameter(cf, argument);
            }
            if (value->empty()) {
                return invalid_parameter(cf, argument);
            }
            *parameter = value;
        } else if (argument == "partitioned") {
            partitioned = true;
        } else {
            names.push_back(argument);
        }
    }
    if (names.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no cookie is named in \"agent_sessions_end_cookies\" directive");
        return refused();
    }
    for (const std::string_view name : names) {
        const gateway::ClearedCookie cleared{std::string(name), std::string(path.value_or("/")),
                                             std::string(domain.value_or("")), partitioned};
        const std::string error = gateway::check_cleared_cookie(cleared);
        if (!error.empty()) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"agent_sessions_end_cookies\" directive",
                               error.c_str());
            return refused();
        }
        auto* place = static_cast<EndCookie*>(ngx_array_push(&cookies));
        if (place == nullptr) {
            return refused();
        }
        *place = {keep(cf, gateway::clearing_cookie_value(cleared, false)),
                  keep(cf, gateway::clearing_cookie_value(cleared, true))};
    }
    return accepted();
}

}  // namespace

char* set_end_cookies(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return guard(cf->log, "reading \"agent_sessions_end_cookies\"", refused(), [cf, conf]() -> char* {
        ngx_array_t*& cookies = static_cast<LocationConfiguration*>(conf)->end_cookies;
        const Arguments arguments(cf);
        if (arguments.count() == 2 && arguments[1] == "off") {
            if (cookies != NGX_CONF_UNSET_PTR) {
                return duplicate();
            }
            cookies = nullptr;
            return accepted();
        }
        if (cookies == nullptr) {
            return duplicate();
        }
        if (cookies == NGX_CONF_UNSET_PTR) {
            cookies = ngx_array_create(cf->pool, 4, sizeof(EndCookie));
        }
        return cookies != nullptr ? add_cookies(cf, *cookies) : refused();
    });
}

bool clear_application_cookies(ngx_http_request_t& request,
                               const LocationConfiguration& configuration) noexcept {
    if (configuration.end_cookies == nullptr) {
        return true;
    }
    const bool is_secure = cookie_is_secure(request, configuration);
    const auto* cookies = static_cast<const EndCookie*>(configuration.end_cookies->elts);
    for (ngx_uint_t index = 0; index < configuration.end_cookies->nelts; ++index) {
        const ngx_str_t& value = is_secure ? cookies[index].when_secure : cookies[index].on_plain;
        if (!add_header(request, "Set-Cookie", to_view(value))) {
            return false;
        }
    }
    return true;
}

}  // namespace agent_sessions::ngx
