// Between nginx's strings and ours. Thread safety: pure, except for the pool handed in.
#pragma once

#include <optional>
#include <string_view>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Lives as long as the string's memory does.
inline std::string_view to_view(const ngx_str_t& text) noexcept {
    return {reinterpret_cast<const char*>(text.data), text.len};
}

// Does not copy. nginx never writes through the strings that it is given this way.
inline ngx_str_t to_ngx(std::string_view text) noexcept {
    return {text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}

// A copy in the pool. nullopt = out of memory.
inline std::optional<std::string_view> copy_to_pool(ngx_pool_t* pool, std::string_view text) noexcept {
    if (text.empty()) {
        return std::string_view("");
    }
    auto* copy = static_cast<u_char*>(ngx_pnalloc(pool, text.size()));
    if (copy == nullptr) {
        return std::nullopt;
    }
    ngx_memcpy(copy, text.data(), text.size());
    return std::string_view(reinterpret_cast<char*>(copy), text.size());
}

// A header field's value; absent = nullopt.
inline std::optional<std::string_view> to_view(const ngx_table_elt_t* field) noexcept {
    return field != nullptr ? std::optional(to_view(field->value)) : std::nullopt;
}

inline bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() &&
           ngx_strncasecmp(to_ngx(left).data, to_ngx(right).data, left.size()) == 0;
}

}  // namespace agent_sessions::ngx
