// Takes a request's body into memory, in pieces as they come: nothing goes to disk, and a body of unknown
// length is stopped where it gets too long.
#pragma once

#include <cstddef>
#include <string>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// What is done with the body; nullptr = it is longer than the limit, and was not read to its end. The body
// lives as long as the request. The result is for ngx_http_finalize_request(); NGX_DONE = whoever was called
// ends the request. May throw.
using BodyAct = ngx_int_t (*)(ngx_http_request_t& request, std::string* body);

// Answers where reading or acting threw once the handler had returned.
using BodyFailure = ngx_int_t (*)(ngx_http_request_t& request) noexcept;

// For a content handler, which returns the result. `what` names the work in the log, and is a literal. Throws
// std::bad_alloc, and what `act` throws where the body is refused by its length.
ngx_int_t read_body(ngx_http_request_t& request, std::size_t limit, const char* what, BodyAct act,
                    BodyFailure fail);

}  // namespace agent_sessions::ngx
