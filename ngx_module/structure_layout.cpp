#include "ngx_module/structure_layout.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "ngx_module/text.h"

namespace agent_sessions::ngx {
namespace {

// Something that nginx names, and where this module expects the field behind it.
struct Field {
    std::string_view name;
    std::size_t offset;
};

constexpr std::array kHeaders{
    Field{"Host", offsetof(ngx_http_headers_in_t, host)},
    Field{"If-None-Match", offsetof(ngx_http_headers_in_t, if_none_match)},
    Field{"User-Agent", offsetof(ngx_http_headers_in_t, user_agent)},
    Field{"Referer", offsetof(ngx_http_headers_in_t, referer)},
    Field{"Content-Length", offsetof(ngx_http_headers_in_t, content_length)},
    Field{"Upgrade", offsetof(ngx_http_headers_in_t, upgrade)},
    Field{"Authorization", offsetof(ngx_http_headers_in_t, authorization)},
    Field{"Cookie", offsetof(ngx_http_headers_in_t, cookies)},
};

constexpr std::array kVariables{
    Field{"http_host", offsetof(ngx_http_request_t, headers_in.host)},
    Field{"http_cookie", offsetof(ngx_http_request_t, headers_in.cookies)},
    Field{"uri", offsetof(ngx_http_request_t, uri)},
    Field{"args", offsetof(ngx_http_request_t, args)},
    Field{"request_uri", offsetof(ngx_http_request_t, unparsed_uri)},
    Field{"server_protocol", offsetof(ngx_http_request_t, http_protocol)},
};

constexpr std::array kLocationDirectives{
    Field{"satisfy", offsetof(ngx_http_core_loc_conf_t, satisfy)},
    Field{"log_not_found", offsetof(ngx_http_core_loc_conf_t, log_not_found)},
    Field{"types_hash_bucket_size", offsetof(ngx_http_core_loc_conf_t, types_hash_bucket_size)},
};

std::string moved(std::string_view structure, const Field& field) {
    return "what it calls \"" + std::string(field.name) + "\" stands elsewhere in its " +
           std::string(structure);
}

std::string header_fault() {
    for (const ngx_http_header_t* header = ngx_http_headers_in; header->name.len != 0; ++header) {
        for (const Field& field : kHeaders) {
            if (to_view(header->name) == field.name && header->offset != field.offset) {
                return moved("ngx_http_headers_in_t", field);
            }
        }
    }
    return {};
}

std::string variable_fault(const ngx_conf_t& cf) {
    const auto* core = static_cast<const ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf((&cf), ngx_http_core_module));
    const ngx_array_t& keys = core->variables_keys->keys;
    for (ngx_uint_t index = 0; index < keys.nelts; ++index) {
        const ngx_hash_key_t& key = static_cast<const ngx_hash_key_t*>(keys.elts)[index];
        for (const Field& field : kVariables) {
            if (to_view(key.key) == field.name &&
                static_cast<const ngx_http_variable_t*>(key.value)->data != field.offset) {
                return moved("ngx_http_request_t", field);
            }
        }
    }
    return {};
}

std::string directive_fault() {
    for (const ngx_command_t* command = ngx_http_core_module.commands; command->name.len != 0; ++command) {
        for (const Field& field : kLocationDirectives) {
            if (to_view(command->name) == field.name && command->offset != field.offset &&
                command->conf == NGX_HTTP_LOC_CONF_OFFSET) {
                return moved("ngx_http_core_loc_conf_t", field);
            }
        }
    }
    return {};
}

}  // namespace

std::string layout_fault(const ngx_conf_t& cf) {
    if (std::string fault = header_fault(); !fault.empty()) {
        return fault;
    }
    if (std::string fault = variable_fault(cf); !fault.empty()) {
        return fault;
    }
    return directive_fault();
}

}  // namespace agent_sessions::ngx
