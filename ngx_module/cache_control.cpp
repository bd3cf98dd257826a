#include "ngx_module/cache_control.h"

#include <span>

#include "ngx_module/answer.h"
#include "ngx_module/guard.h"
#include "ngx_module/request_state.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

std::span<ngx_table_elt_t*> fields_of(ngx_http_request_t& request) noexcept {
    const ngx_array_t& array = request.headers_out.cache_control;
    return {static_cast<ngx_table_elt_t**>(array.elts), array.elts != nullptr ? array.nelts : 0};
}

std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the next directive off the list; a comma inside quotes does not end it (RFC 9110 5.6.4).
std::string_view next_directive(std::string_view& list) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (quoted || list[end] != ','); ++end) {
        if (list[end] == '"') {
            quoted = !quoted;
        } else if (list[end] == '\\' && quoted) {
            ++end;
        }
    }
    const std::string_view directive = list.substr(0, end);
    list.remove_prefix(end < list.size() ? end + 1 : list.size());
    return trim(directive);
}

// `private` and `public` with field names speak of those fields alone, and are dropped with their list.
std::string_view name_of(std::string_view directive) noexcept {
    return trim(directive.substr(0, directive.find('=')));
}

struct Rewritten {
    bool is_private = false;
    std::string value = "private";
};

void take_directives(std::string_view list, Rewritten& result) {
    while (!list.empty()) {
        const std::string_view directive = next_directive(list);
        if (equal_ignoring_case(directive, "private") || equal_ignoring_case(directive, "no-store")) {
            result.is_private = true;
        }
        const std::string_view name = name_of(directive);
        if (directive.empty() || equal_ignoring_case(name, "public") ||
            equal_ignoring_case(name, "s-maxage") || equal_ignoring_case(name, "private")) {
            continue;
        }
        result.value += ", ";
        result.value += directive;
    }
}

void drop_fields(ngx_http_request_t& request) noexcept {
    for (ngx_table_elt_t* field : fields_of(request)) {
        field->hash = 0;
    }
    request.headers_out.cache_control.nelts = 0;
}

ngx_http_output_header_filter_pt next_header_filter;

[[gnu::noinline]] ngx_int_t mark_answer(ngx_http_request_t* request, const RequestState& state) noexcept {
    const bool kept =
        guard(request->connection->log, "marking an answer as private", false, [request, &state] {
            return (state.set_cookie.empty() || keep_private(*request)) &&
                   (!state.refused || keep_unstored(*request));
        });
    return kept ? next_header_filter(request) : NGX_ERROR;
}

ngx_int_t filter_header(ngx_http_request_t* request) noexcept {
    if (request == request->main) {
        const RequestState* state = find_state(*request);
        if (state != nullptr && (state->refused || !state->set_cookie.empty())) {
            return mark_answer(request, *state);
        }
    }
    return next_header_filter(request);
}

ngx_int_t add_filter(ngx_conf_t* cf) noexcept {
    if (main_configuration(cf).zones.nelts == 0) {
        return NGX_OK;
    }
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = filter_header;
    return NGX_OK;
}

ngx_http_module_t module_context = {nullptr, add_filter, nullptr, nullptr,
                                    nullptr, nullptr,    nullptr, nullptr};

}  // namespace

bool keep_private(ngx_http_request_t& request) {
    Rewritten result;
    for (const ngx_table_elt_t* field : fields_of(request)) {
        if (field->hash != 0) {
            take_directives(to_view(field->value), result);
        }
    }
    if (result.is_private) {
        return true;
    }
    const auto value = copy_to_pool(request.pool, result.value);
    if (!value) {
        return false;
    }
    drop_fields(request);
    return add_header(request, "Cache-Control", *value);
}

bool keep_unstored(ngx_http_request_t& request) noexcept {
    drop_fields(request);
    return add_header(request, "Cache-Control", "no-store");
}

}  // namespace agent_sessions::ngx

extern "C" {
// A module of its own, since a header filter's place is its module's: this one comes after nginx's own
// `expires` and `add_header`, which would undo what ours has set.
ngx_module_t ngx_http_agent_sessions_cache_control_module = {
    NGX_MODULE_V1, &agent_sessions::ngx::module_context,
    nullptr,       NGX_HTTP_MODULE,
    nullptr,       nullptr,
    nullptr,       nullptr,
    nullptr,       nullptr,
    nullptr,       NGX_MODULE_V1_PADDING,
};
}
