#include "ngx_module/request_body.h"

#include <new>
#include <optional>

#include "ngx_module/guard.h"

namespace agent_sessions::ngx {

namespace {

struct Reading {
    std::size_t limit;
    const char* what;
    BodyAct act;
    BodyFailure fail;
    std::string body;
};

// Tells our cleanup from the others of the pool, too.
void end_reading(void* data) noexcept {
    static_cast<Reading*>(data)->~Reading();
}

Reading& reading_of(ngx_http_request_t& request) noexcept {
    ngx_pool_cleanup_t* cleanup = request.pool->cleanup;
    while (cleanup->handler != end_reading) {
        cleanup = cleanup->next;
    }
    return *static_cast<Reading*>(cleanup->data);
}

// Takes over what nginx has read, so that it can use its buffers again. false = more than is looked at.
bool take_pieces(ngx_http_request_t& request, Reading& reading) {
    ngx_chain_t* chain = request.request_body->bufs;
    request.request_body->bufs = nullptr;
    while (chain != nullptr) {
        ngx_buf_t& buffer = *chain->buf;
        const auto length = static_cast<std::size_t>(buffer.last - buffer.pos);
        if (length > reading.limit - reading.body.size()) {
            return false;
        }
        reading.body.append(reinterpret_cast<char*>(buffer.pos), length);
        buffer.pos = buffer.last;
        ngx_chain_t* done = chain;
        chain = chain->next;
        ngx_free_chain(request.pool, done);
    }
    return true;
}

ngx_int_t proceed(ngx_http_request_t& request, Reading& reading) {
    for (;;) {
        if (!take_pieces(request, reading)) {
            return reading.act(request, nullptr);
        }
        if (!request.reading_body) {
            return reading.act(request, &reading.body);
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

void handle_piece(ngx_http_request_t* request) noexcept {
    if (request->reading_body) {
        request->read_event_handler = handle_piece;
    }
    Reading& reading = reading_of(*request);
    const auto done = guard<std::optional<ngx_int_t>>(
        request->connection->log, reading.what, std::nullopt,
        [request, &reading] { return std::optional(proceed(*request, reading)); });
    const ngx_int_t result = done ? *done : reading.fail(*request);
    if (result != NGX_DONE) {
        ngx_http_finalize_request(request, result);
    }
}

}  // namespace

ngx_int_t read_body(ngx_http_request_t& request, std::size_t limit, const char* what, BodyAct act,
                    BodyFailure fail) {
    if (request.headers_in.content_length_n > static_cast<off_t>(limit)) {
        return act(request, nullptr);
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request.pool, sizeof(Reading));
    if (cleanup == nullptr) {
        throw std::bad_alloc();
    }
    new (cleanup->data) Reading{limit, what, act, fail, {}};
    cleanup->handler = end_reading;
    request.request_body_no_buffering = 1;
    const ngx_int_t result = ngx_http_read_client_request_body(&request, handle_piece);
    return result >= NGX_HTTP_SPECIAL_RESPONSE ? result : NGX_DONE;
}

}  // namespace agent_sessions::ngx
