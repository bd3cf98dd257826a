#include "ngx_module/answer.h"

#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

// nginx wants to know where the type ends and the charset begins, or it may transcode our UTF-8.
void set_content_type(ngx_http_request_t& request, std::string_view value) noexcept {
    constexpr std::string_view kCharset = "charset=";
    request.headers_out.content_type = to_ngx(value);
    request.headers_out.content_type_len = value.size();
    request.headers_out.content_type_lowcase = nullptr;
    const std::size_t semicolon = value.find(';');
    const std::size_t charset = value.find(kCharset);
    if (semicolon != std::string_view::npos && charset != std::string_view::npos) {
        request.headers_out.content_type_len = semicolon;
        request.headers_out.charset = to_ngx(value.substr(charset + kCharset.size()));
    }
}

}  // namespace

bool add_header(ngx_http_request_t& request, std::string_view name, std::string_view value) noexcept {
    if (equal_ignoring_case(name, "Content-Type")) {
        set_content_type(request, value);
        return true;
    }
    auto* field = static_cast<ngx_table_elt_t*>(ngx_list_push(&request.headers_out.headers));
    if (field == nullptr) {
        return false;
    }
    field->hash = 1;
    field->key = to_ngx(name);
    field->value = to_ngx(value);
    // Without these, filters would compress a second time, or add what is already there.
    if (equal_ignoring_case(name, "Content-Encoding")) {
        request.headers_out.content_encoding = field;
    } else if (equal_ignoring_case(name, "ETag")) {
        request.headers_out.etag = field;
    } else if (equal_ignoring_case(name, "Cache-Control")) {
        ngx_array_t& cache_control = request.headers_out.cache_control;
        if (cache_control.elts == nullptr &&
            ngx_array_init(&cache_control, request.pool, 1, sizeof(ngx_table_elt_t*)) != NGX_OK) {
            return false;
        }
        auto* place = static_cast<ngx_table_elt_t**>(ngx_array_push(&cache_control));
        if (place == nullptr) {
            return false;
        }
        *place = field;
    }
    return true;
}

void open_answer(ngx_http_request_t& request, int status, std::size_t body_bytes) noexcept {
    // An earlier error or redirect must not show through.
    ngx_http_clean_header(&request);
    request.err_status = 0;
    request.headers_out.status = static_cast<ngx_uint_t>(status);
    request.headers_out.content_length_n = static_cast<off_t>(body_bytes);
    request.disable_not_modified = 1;
}

ngx_int_t finish_answer(ngx_http_request_t& request, int status, std::string_view body) noexcept {
    if (request.method == NGX_HTTP_HEAD || status == NGX_HTTP_NO_CONTENT || status == NGX_HTTP_NOT_MODIFIED) {
        request.header_only = 1;
    }
    if (status == NGX_HTTP_NO_CONTENT || status == NGX_HTTP_NOT_MODIFIED) {
        request.headers_out.content_length_n = -1;
    }

    const ngx_int_t result = ngx_http_send_header(&request);
    if (result == NGX_ERROR || result > NGX_OK || request.header_only) {
        return result;
    }
    auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(request.pool));
    if (buffer == nullptr) {
        return NGX_ERROR;
    }
    const ngx_str_t bytes = to_ngx(body);
    buffer->start = buffer->pos = bytes.data;
    buffer->end = buffer->last = bytes.data + bytes.len;
    buffer->memory = body.empty() ? 0 : 1;
    buffer->last_buf = request.main == &request ? 1 : 0;
    buffer->last_in_chain = 1;
    ngx_chain_t out{buffer, nullptr};
    return ngx_http_output_filter(&request, &out);
}

}  // namespace agent_sessions::ngx
