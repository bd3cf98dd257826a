#include "ngx_module/value.h"

#include "ngx_module/gateway/query_argument.h"
#include "ngx_module/text.h"
#include "ngx_module/upstream_header.h"

namespace agent_sessions::ngx {

namespace {

constexpr std::string_view kArgumentPrefix = "arg_";
constexpr std::string_view kUpstreamHeaderPrefix = "upstream_http_";

// What nginx reads $arg_… and $upstream_http_… by; they are the same for all configurations of a process.
ngx_http_get_variable_pt read_argument = nullptr;
ngx_http_get_variable_pt read_upstream_header = nullptr;

// Of a value that is nothing but one variable, nginx's script has one step: to run it would copy the
// variable's text. nullptr = another value.
const ngx_http_script_var_code_t* only_variable(const ngx_http_complex_value_t& value) noexcept {
    const auto* step = static_cast<const ngx_http_script_var_code_t*>(value.lengths);
    if (step == nullptr || step->code != reinterpret_cast<ngx_http_script_code_pt>(
                                             reinterpret_cast<void*>(ngx_http_script_copy_var_len_code))) {
        return nullptr;
    }
    const auto* next = reinterpret_cast<const ngx_http_script_code_pt*>(step + 1);
    return *next == nullptr ? step : nullptr;
}

std::string_view read(ngx_http_request_t& request, ngx_uint_t index) noexcept {
    const auto& core = *static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf((&request), ngx_http_core_module));
    const auto& variable = static_cast<const ngx_http_variable_t*>(core.variables.elts)[index];
    // Unless `set` or the like has taken its name.
    if (variable.get_handler == read_argument) {
        return gateway::find_argument(to_view(request.args),
                                      to_view(variable.name).substr(kArgumentPrefix.size()));
    }
    if (variable.get_handler == read_upstream_header) {
        if (const auto header =
                find_upstream_header(request, to_view(variable.name).substr(kUpstreamHeaderPrefix.size()))) {
            return *header;
        }
    }
    const ngx_http_variable_value_t* value = ngx_http_get_flushed_variable(&request, index);
    return value != nullptr && !value->not_found
               ? std::string_view(reinterpret_cast<const char*>(value->data), value->len)
               : std::string_view();
}

}  // namespace

void learn_variables(ngx_conf_t* cf) noexcept {
    const auto& core = *static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    const auto* variables = static_cast<const ngx_http_variable_t*>(core.prefix_variables.elts);
    for (ngx_uint_t index = 0; index < core.prefix_variables.nelts; ++index) {
        const std::string_view name = to_view(variables[index].name);
        if (name == kArgumentPrefix) {
            read_argument = variables[index].get_handler;
        } else if (name == kUpstreamHeaderPrefix) {
            read_upstream_header = variables[index].get_handler;
        }
    }
}

std::string_view evaluate(ngx_http_request_t& request, ngx_http_complex_value_t* value) noexcept {
    if (value == nullptr) {
        return {};
    }
    if (const auto* variable = only_variable(*value)) {
        return read(request, variable->index);
    }
    ngx_str_t text = ngx_null_string;
    return ngx_http_complex_value(&request, value, &text) == NGX_OK ? to_view(text) : std::string_view();
}

}  // namespace agent_sessions::ngx
