// The values of directives at a request.
#pragma once

#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Called when all modules have added their variables.
void learn_variables(ngx_conf_t* cf) noexcept;

// The value at this request; empty where the directive is not written or evaluation ran out of memory. A view
// of the request's own bytes where the value is nothing but one variable, else of its pool.
std::string_view evaluate(ngx_http_request_t& request, ngx_http_complex_value_t* value) noexcept;

}  // namespace agent_sessions::ngx
