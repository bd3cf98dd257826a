#include "ngx_module/admin_handler.h"

#include <new>
#include <string>

#include "admin/handle.h"
#include "admin/problem.h"
#include "ngx_module/admin_exchange.h"
#include "ngx_module/admin_failure.h"
#include "ngx_module/answer.h"
#include "ngx_module/configuration.h"
#include "ngx_module/pool_object.h"
#include "ngx_module/request_body.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

const ngx_http_core_loc_conf_t& core_location(const ngx_http_request_t& request) noexcept {
    return *static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&request), ngx_http_core_module));
}

// The decoded path behind the location's name, for "/agents" as for "/agents/"; nullopt = none of the
// location's.
std::optional<std::string_view> path_below_location(const ngx_http_request_t& request) noexcept {
    std::string_view location = to_view(core_location(request).name);
    std::string_view path = to_view(request.uri);
    if (location.ends_with('/')) {
        location.remove_suffix(1);
    }
    if (path.size() <= location.size() || path[location.size()] != '/') {
        return std::nullopt;
    }
    return path.substr(location.size() + 1);
}

// Percent-encoded again, since nginx has decoded and normalised it. nullopt = out of memory.
std::optional<std::string_view> encode(ngx_pool_t* pool, std::string_view path) noexcept {
    const ngx_str_t bytes = to_ngx(path);
    const uintptr_t escapes = ngx_escape_uri(nullptr, bytes.data, bytes.len, NGX_ESCAPE_URI);
    if (escapes == 0) {
        return path;
    }
    const std::size_t length = bytes.len + 2 * escapes;
    auto* encoded = static_cast<u_char*>(ngx_pnalloc(pool, length));
    if (encoded == nullptr) {
        return std::nullopt;
    }
    ngx_escape_uri(encoded, bytes.data, bytes.len, NGX_ESCAPE_URI);
    return std::string_view(reinterpret_cast<char*>(encoded), length);
}

// "/agents" stands for "/agents/"; without the slash the page's relative links would lead astray.
ngx_int_t redirect_to_slash(ngx_http_request_t& request) {
    std::string location = "./";
    location += to_view(request.uri).substr(to_view(request.uri).rfind('/') + 1);
    location += '/';
    if (request.args.len > 0) {
        location += '?';
        location += to_view(request.args);
    }
    using Headers = std::vector<std::pair<std::string, std::string>>;
    const auto* headers = make_pool_object<Headers>(request.pool, Headers{{"Location", std::move(location)}});
    return send_answer(request, NGX_HTTP_MOVED_PERMANENTLY, *headers, {});
}

// Whether this may be somebody's replay of what an admin sent (RFC 8470): the handshake is not over yet.
bool is_early(ngx_http_request_t& request) {
#if (NGX_HTTP_SSL)
    ngx_connection_t* connection = request.connection;
    ngx_str_t early{};
    return connection->ssl != nullptr && ngx_ssl_get_early_data(connection, request.pool, &early) == NGX_OK &&
           early.len != 0;
#else
    static_cast<void>(request);
    return false;
#endif
}

ngx_int_t refuse_unread(ngx_http_request_t& request, admin::ErrorCode why) {
    request.expect_tested = 1;  // no "100 Continue" for a body that nobody reads
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    const auto& main = *static_cast<MainConfiguration*>(
        ngx_http_get_module_main_conf((&request), ngx_http_agent_sessions_module));
    admin::Request asked;
    asked.path = encode(request.pool, path_below_location(request).value_or("")).value_or("");
    asked.request_id = evaluate(request, main.request_id);
    const auto* answer = make_pool_object<admin::Response>(request.pool, admin::problem_response(why, asked));
    return send_answer(request, answer->status, answer->headers, answer->body);
}

ngx_int_t answer(ngx_http_request_t& request, std::string* body) {
    if (body == nullptr) {
        return refuse_unread(request, admin::ErrorCode::body_too_large);
    }
    const auto path = encode(request.pool, path_below_location(request).value_or(""));
    if (!path) {
        throw std::bad_alloc();
    }
    AdminExchange::of(request).run(*path, *body);
    return NGX_DONE;
}

ngx_int_t start(ngx_http_request_t& request) {
    if (!path_below_location(request)) {
        return to_view(request.uri) == to_view(core_location(request).name) ? redirect_to_slash(request)
                                                                            : NGX_HTTP_NOT_FOUND;
    }
    if (request.method != NGX_HTTP_GET && request.method != NGX_HTTP_HEAD && is_early(request)) {
        return refuse_unread(request, admin::ErrorCode::too_early);
    }
    return read_body(request, admin::kMaxBodyBytes, "an admin request", answer, send_internal_error);
}

}  // namespace

ngx_int_t handle_admin(ngx_http_request_t* request) noexcept {
    return guard_admin(*request, [request] { return start(*request); });
}

}  // namespace agent_sessions::ngx
