#include "ngx_module/directive_arguments.h"

#include <algorithm>
#include <charconv>

#include "tracker/types.h"

namespace agent_sessions::ngx {

namespace {

constexpr ngx_msec_t kLongestDuration = 366ULL * 24 * 60 * 60 * 1000;
constexpr std::size_t kMaxZoneNameBytes = 64;

bool is_alphanumeric(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

}  // namespace

char* invalid_value(ngx_conf_t* cf, std::string_view value, std::string_view why) noexcept {
    ngx_str_t shown = to_ngx(value);
    ngx_str_t name = Arguments(cf).raw(0);
    ngx_str_t reason = to_ngx(why);
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid value \"%V\" in \"%V\" directive%s%V", &shown, &name,
                       why.empty() ? "" : ", ", &reason);
    return refused();
}

char* invalid_parameter(ngx_conf_t* cf, std::string_view parameter) noexcept {
    ngx_str_t shown = to_ngx(parameter);
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"", &shown);
    return refused();
}

char* duplicate_parameter(ngx_conf_t* cf, std::string_view parameter) noexcept {
    ngx_str_t shown = to_ngx(parameter);
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate parameter \"%V\"", &shown);
    return refused();
}

char* unsupported(ngx_conf_t* cf, std::string_view what) noexcept {
    ngx_str_t shown = to_ngx(what);
    ngx_str_t name = Arguments(cf).raw(0);
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" in \"%V\" directive is not supported by this version",
                       &shown, &name);
    return refused();
}

std::optional<std::string_view> parameter_value(std::string_view argument, std::string_view name) noexcept {
    if (argument.size() <= name.size() || !argument.starts_with(name) || argument[name.size()] != '=') {
        return std::nullopt;
    }
    return argument.substr(name.size() + 1);
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || stopped != end) {
        return std::nullopt;
    }
    return number;
}

std::optional<ngx_msec_t> parse_duration(std::string_view text) noexcept {
    ngx_str_t line = to_ngx(text);
    const ngx_int_t milliseconds = ngx_parse_time(&line, 0);
    if (milliseconds <= 0 || static_cast<ngx_msec_t>(milliseconds) > kLongestDuration) {
        return std::nullopt;
    }
    return static_cast<ngx_msec_t>(milliseconds);
}

std::optional<bool> parse_switch(std::string_view text) noexcept {
    if (text == "on") {
        return true;
    }
    return text == "off" ? std::optional(false) : std::nullopt;
}

ngx_http_complex_value_t* compile_value(ngx_conf_t* cf, const ngx_str_t& text) noexcept {
    auto* value =
        static_cast<ngx_http_complex_value_t*>(ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t)));
    if (value == nullptr) {
        return nullptr;
    }
    ngx_str_t source = text;
    ngx_http_compile_complex_value_t compile{};
    compile.cf = cf;
    compile.value = &source;
    compile.complex_value = value;
    return ngx_http_compile_complex_value(&compile) == NGX_OK ? value : nullptr;
}

bool plausible_time_zone(std::string_view name) noexcept {
    const auto is_allowed = [](char byte) {
        return is_alphanumeric(byte) || byte == '_' || byte == '-' || byte == '+' || byte == '/';
    };
    return !name.empty() && name.size() <= tracker::kMaxTimeZoneBytes && is_alphanumeric(name.front()) &&
           name.back() != '/' && name.find("//") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), is_allowed);
}

bool plausible_zone_name(std::string_view name) noexcept {
    const auto is_allowed = [](char byte) {
        return is_alphanumeric(byte) || byte == '_' || byte == '-' || byte == '.';
    };
    return !name.empty() && name.size() <= kMaxZoneNameBytes && is_alphanumeric(name.front()) &&
           name != "off" && std::all_of(name.begin(), name.end(), is_allowed);
}

}  // namespace agent_sessions::ngx
