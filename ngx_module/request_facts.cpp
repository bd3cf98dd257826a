#include "ngx_module/request_facts.h"

#include <array>
#include <cstdint>
#include <utility>

#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

using Fact = std::optional<std::string_view> gateway::HeaderFacts::*;

constexpr std::array<std::pair<std::string_view, Fact>, 12> kHeaders{{
    {"sec-fetch-mode", &gateway::HeaderFacts::sec_fetch_mode},
    {"sec-fetch-dest", &gateway::HeaderFacts::sec_fetch_dest},
    {"sec-fetch-site", &gateway::HeaderFacts::sec_fetch_site},
    {"sec-fetch-user", &gateway::HeaderFacts::sec_fetch_user},
    {"accept", &gateway::HeaderFacts::accept},
    {"x-requested-with", &gateway::HeaderFacts::x_requested_with},
    {"upgrade", &gateway::HeaderFacts::upgrade},
    {"purpose", &gateway::HeaderFacts::purpose},
    {"sec-purpose", &gateway::HeaderFacts::sec_purpose},
    {"x-moz", &gateway::HeaderFacts::x_moz},
    {"origin", &gateway::HeaderFacts::origin},
    {"access-control-request-method", &gateway::HeaderFacts::access_control_request_method},
}};

// A bit for each length that one of them has.
constexpr std::uint64_t kLengths = [] {
    std::uint64_t lengths = 0;
    for (const auto& [name, fact] : kHeaders) {
        lengths |= std::uint64_t{1} << name.size();
    }
    return lengths;
}();

void take_header(gateway::HeaderFacts& facts, const ngx_table_elt_t& field) noexcept {
    const std::string_view name(reinterpret_cast<const char*>(field.lowcase_key), field.key.len);
    if (name.size() >= 64 || (kLengths >> name.size() & 1) == 0) {
        return;
    }
    for (const auto& [known, fact] : kHeaders) {
        if (name == known && !(facts.*fact)) {
            facts.*fact = to_view(field.value);
        }
    }
}

}  // namespace

Target target_of(const ngx_http_request_t& request) noexcept {
    const std::string_view raw = to_view(request.unparsed_uri);
    const std::size_t mark = raw.find('?');
    if (mark == std::string_view::npos) {
        return {raw, {}};
    }
    return {raw.substr(0, mark), raw.substr(mark + 1)};
}

std::string_view host_of(const ngx_http_request_t& request) noexcept {
    return to_view(request.headers_in.host).value_or(to_view(request.headers_in.server));
}

gateway::Method method_of(const ngx_http_request_t& request) noexcept {
    switch (request.method) {
        case NGX_HTTP_GET:
            return gateway::Method::get;
        case NGX_HTTP_HEAD:
            return gateway::Method::head;
        case NGX_HTTP_POST:
            return gateway::Method::post;
        case NGX_HTTP_OPTIONS:
            return gateway::Method::options;
        default:
            return gateway::Method::other;
    }
}

gateway::CookieValue cookie_of(const ngx_http_request_t& request, std::string_view name) noexcept {
    const ngx_array_t& cookies = request.headers_in.cookies;
    const auto* const* fields = static_cast<ngx_table_elt_t**>(cookies.elts);
    gateway::CookieSearch search(name);
    for (ngx_uint_t index = 0; index < cookies.nelts; ++index) {
        search.look_through(to_view(fields[index]->value));
    }
    return search.result();
}

gateway::HeaderFacts header_facts_of(const ngx_http_request_t& request) noexcept {
    gateway::HeaderFacts facts;
    facts.method = method_of(request);
    facts.host = to_view(request.headers_in.host);
    for (const ngx_list_part_t* part = &request.headers_in.headers.part; part != nullptr; part = part->next) {
        const auto* fields = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t index = 0; index < part->nelts; ++index) {
            take_header(facts, fields[index]);
        }
    }
    return facts;
}

std::optional<std::string_view> find_header(const ngx_http_request_t& request,
                                            std::string_view name) noexcept {
    for (const ngx_list_part_t* part = &request.headers_in.headers.part; part != nullptr; part = part->next) {
        const auto* fields = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t index = 0; index < part->nelts; ++index) {
            if (equal_ignoring_case(to_view(fields[index].key), name)) {
                return to_view(fields[index].value);
            }
        }
    }
    return std::nullopt;
}

}  // namespace agent_sessions::ngx
