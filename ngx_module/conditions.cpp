#include "ngx_module/conditions.h"

#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

bool is_condition(const ngx_table_elt_t& field) noexcept {
    return equal_ignoring_case(to_view(field.key), "If-None-Match") ||
           equal_ignoring_case(to_view(field.key), "If-Modified-Since");
}

}  // namespace

// nginx has no way to take a field out of its list. A field that is for one hop is passed on by none of its
// proxies.
void take_off(ngx_table_elt_t& field) noexcept {
    static constexpr std::string_view kOneHop = "Keep-Alive";
    static constexpr std::string_view kOneHopLowerCase = "keep-alive";
    field.key = to_ngx(kOneHop);
    field.lowcase_key = to_ngx(kOneHopLowerCase).data;
    field.hash = ngx_hash_key(field.lowcase_key, kOneHopLowerCase.size());
    field.value = to_ngx("");
}

void drop_conditions(ngx_http_request_t& request) noexcept {
    if (request.headers_in.if_none_match == nullptr && request.headers_in.if_modified_since == nullptr) {
        return;
    }
    request.headers_in.if_none_match = nullptr;
    request.headers_in.if_modified_since = nullptr;
    for (ngx_list_part_t* part = &request.headers_in.headers.part; part != nullptr; part = part->next) {
        auto* fields = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t index = 0; index < part->nelts; ++index) {
            if (is_condition(fields[index])) {
                take_off(fields[index]);
            }
        }
    }
}

}  // namespace agent_sessions::ngx
