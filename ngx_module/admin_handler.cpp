#include "ngx_module/admin_handler.h"

#include <string>

#include "admin/handle.h"
#include "ngx_module/admin_exchange.h"
#include "ngx_module/answer.h"
#include "ngx_module/guard.h"
#include "ngx_module/pool_object.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

constexpr int kContentTooLarge = 413;
constexpr std::string_view kTooLargeBody =
    R"({"type":"about:blank","title":"Content Too Large","status":413,"code":"body_too_large",)"
    R"("detail":"A request may have at most 1048576 bytes."})";

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

ngx_int_t refuse_too_large(ngx_http_request_t& request) {
    request.expect_tested = 1;  // no "100 Continue" for a body that nobody reads
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    using Headers = std::vector<std::pair<std::string, std::string>>;
    const auto* headers = make_pool_object<Headers>(
        request.pool, Headers{{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}});
    return send_answer(request, kContentTooLarge, *headers, kTooLargeBody);
}

// The body, in one piece; nullopt = it is not in memory, or there is none left.
std::optional<std::string_view> body_of(ngx_http_request_t& request) noexcept {
    if (request.request_body == nullptr || request.request_body->bufs == nullptr) {
        return std::string_view();
    }
    if (request.request_body->temp_file != nullptr) {
        return std::nullopt;
    }
    const ngx_chain_t* chain = request.request_body->bufs;
    std::size_t length = 0;
    for (const ngx_chain_t* link = chain; link != nullptr; link = link->next) {
        length += static_cast<std::size_t>(ngx_buf_size(link->buf));
    }
    if (chain->next == nullptr) {
        return std::string_view(reinterpret_cast<char*>(chain->buf->pos), length);
    }
    auto* whole = static_cast<u_char*>(ngx_pnalloc(request.pool, length));
    if (whole == nullptr) {
        return std::nullopt;
    }
    u_char* end = whole;
    for (const ngx_chain_t* link = chain; link != nullptr; link = link->next) {
        end = ngx_cpymem(end, link->buf->pos, link->buf->last - link->buf->pos);
    }
    return std::string_view(reinterpret_cast<char*>(whole), length);
}

void handle_body(ngx_http_request_t* request) noexcept {
    const auto body = body_of(*request);
    const auto path = encode(request->pool, path_below_location(*request).value_or(std::string_view()));
    AdminExchange* exchange =
        guard<AdminExchange*>(request->connection->log, "an admin request", nullptr,
                              [request] { return make_pool_object<AdminExchange>(request->pool, *request); });
    if (!body || !path || exchange == nullptr) {
        ngx_http_finalize_request(request, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    exchange->run(*path, *body);
}

ngx_int_t start(ngx_http_request_t& request) {
    if (!path_below_location(request)) {
        return to_view(request.uri) == to_view(core_location(request).name) ? redirect_to_slash(request)
                                                                            : NGX_HTTP_NOT_FOUND;
    }
    if (request.headers_in.content_length_n > static_cast<off_t>(admin::kMaxBodyBytes)) {
        return refuse_too_large(request);
    }
    request.request_body_in_single_buf = 1;
    const ngx_int_t result = ngx_http_read_client_request_body(&request, handle_body);
    return result >= NGX_HTTP_SPECIAL_RESPONSE ? result : NGX_DONE;
}

}  // namespace

ngx_int_t handle_admin(ngx_http_request_t* request) noexcept {
    return guard<ngx_int_t>(request->connection->log, "an admin request", NGX_HTTP_INTERNAL_SERVER_ERROR,
                            [request] { return start(*request); });
}

}  // namespace agent_sessions::ngx
