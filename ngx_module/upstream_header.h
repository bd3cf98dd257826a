// A header of the application's answer, by the name that nginx's variables have for it.
#pragma once

#include <optional>
#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// The value of $upstream_http_NAME; empty = there is none. `name` is NAME: in lower case, with `_` for `-`.
// nullopt: several lines have that name, which not all versions of nginx take for the same. A view of the
// answer's own bytes. Cost: a few instructions a line; nginx compares each byte of each.
std::optional<std::string_view> find_upstream_header(const ngx_http_request_t& request,
                                                     std::string_view name) noexcept;

}  // namespace agent_sessions::ngx
