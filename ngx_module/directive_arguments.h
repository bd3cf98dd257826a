// What the setters of directives share: arguments, parameters, and errors in nginx's words.
// For use while a configuration is read. Thread safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ngx_module/nginx.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

// The arguments of the directive at hand; number 0 is its name.
class Arguments {
  public:
    explicit Arguments(const ngx_conf_t* cf) noexcept
        : values_(static_cast<ngx_str_t*>(cf->args->elts)), count_(cf->args->nelts) {}

    std::size_t count() const noexcept { return count_; }
    std::string_view operator[](std::size_t index) const noexcept { return to_view(values_[index]); }
    const ngx_str_t& raw(std::size_t index) const noexcept { return values_[index]; }

  private:
    ngx_str_t* values_;
    std::size_t count_;
};

// What setters return.
inline char* accepted() noexcept {
    return NGX_CONF_OK;
}
inline char* refused() noexcept {
    return static_cast<char*>(NGX_CONF_ERROR);
}
// nginx completes it to `"NAME" directive is duplicate`.
inline char* duplicate() noexcept {
    return const_cast<char*>("is duplicate");
}

// invalid value "VALUE" in "DIRECTIVE" directive[, WHY]
char* invalid_value(ngx_conf_t* cf, std::string_view value, std::string_view why = {}) noexcept;
// invalid parameter "PARAMETER"
char* invalid_parameter(ngx_conf_t* cf, std::string_view parameter) noexcept;
// duplicate parameter "PARAMETER"
char* duplicate_parameter(ngx_conf_t* cf, std::string_view parameter) noexcept;
// WHAT is not supported by this version
char* unsupported(ngx_conf_t* cf, std::string_view what) noexcept;

// The value of "NAME=VALUE"; nullopt where the argument is another parameter.
std::optional<std::string_view> parameter_value(std::string_view argument, std::string_view name) noexcept;

// Decimal digits only, without sign.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;
// nginx's notation of times ("30m", "1h 30m"). nullopt = not one, zero, or longer than a year.
std::optional<ngx_msec_t> parse_duration(std::string_view text) noexcept;
std::optional<bool> parse_switch(std::string_view text) noexcept;

// nullptr = not a value; the error is logged.
ngx_http_complex_value_t* compile_value(ngx_conf_t* cf, const ngx_str_t& text) noexcept;

// May the text be a time zone's name (IANA: "Europe/Paris", "Etc/GMT+1")?
bool plausible_time_zone(std::string_view name) noexcept;
// May the text name a zone? It becomes a file's name.
bool plausible_zone_name(std::string_view name) noexcept;

}  // namespace agent_sessions::ngx
