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

ngx_int_t refuse_too_large(ngx_http_request_t& request) {
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
    const auto* answer = make_pool_object<admin::Response>(
        request.pool, admin::problem_response(admin::ErrorCode::body_too_large, asked));
    return send_answer(request, answer->status, answer->headers, answer->body);
}

// Takes over what nginx has read, so that it can use its buffers again. false = more than is looked at.
bool take_body(ngx_http_request_t& request, std::string& body) {
    ngx_chain_t* chain = request.request_body->bufs;
    request.request_body->bufs = nullptr;
    while (chain != nullptr) {
        ngx_buf_t& buffer = *chain->buf;
        const auto length = static_cast<std::size_t>(buffer.last - buffer.pos);
        if (length > admin::kMaxBodyBytes - body.size()) {
            return false;
        }
        body.append(reinterpret_cast<char*>(buffer.pos), length);
        buffer.pos = buffer.last;
        ngx_chain_t* done = chain;
        chain = chain->next;
        ngx_free_chain(request.pool, done);
    }
    return true;
}

// The result is for ngx_http_finalize_request(); NGX_DONE = the exchange ends the request, or more of it has
// to come.
ngx_int_t proceed(ngx_http_request_t& request) {
    AdminExchange& exchange = AdminExchange::of(request);
    for (;;) {
        if (!take_body(request, exchange.body())) {
            return refuse_too_large(request);
        }
        if (!request.reading_body) {
            const auto path = encode(request.pool, path_below_location(request).value_or(""));
            if (!path) {
                throw std::bad_alloc();
            }
            exchange.run(*path);
            return NGX_DONE;
        }
        const ngx_int_t result = ngx_http_read_unbuffered_request_body(&request);
        if (result == NGX_ERROR || result >= NGX_HTTP_SPECIAL_RESPONSE) {
            return result;
        }
        if (request.reading_body && request.request_body->bufs == nullptr) {
            return NGX_DONE;
        }
    }
}

void handle_body(ngx_http_request_t* request) noexcept {
    if (request->reading_body) {
        request->read_event_handler = handle_body;
    }
    const ngx_int_t result = guard_admin(*request, [request] { return proceed(*request); });
    if (result != NGX_DONE) {
        ngx_http_finalize_request(request, result);
    }
}

ngx_int_t start(ngx_http_request_t& request) {
    if (!path_below_location(request)) {
        return to_view(request.uri) == to_view(core_location(request).name) ? redirect_to_slash(request)
                                                                            : NGX_HTTP_NOT_FOUND;
    }
    if (request.headers_in.content_length_n > static_cast<off_t>(admin::kMaxBodyBytes)) {
        return refuse_too_large(request);
    }
    // In pieces as they come: nothing goes to disk, and a body of unknown length is stopped where it gets too
    // long.
    request.request_body_no_buffering = 1;
    const ngx_int_t result = ngx_http_read_client_request_body(&request, handle_body);
    return result >= NGX_HTTP_SPECIAL_RESPONSE ? result : NGX_DONE;
}

}  // namespace

ngx_int_t handle_admin(ngx_http_request_t* request) noexcept {
    return guard_admin(*request, [request] { return start(*request); });
}

}  // namespace agent_sessions::ngx
