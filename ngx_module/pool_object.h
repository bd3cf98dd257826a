// C++ objects whose lifetime is that of an nginx pool.
#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// Makes an object that is destroyed with the pool. Throws std::bad_alloc, and what the constructor throws.
template <typename Object, typename... Arguments>
Object* make_pool_object(ngx_pool_t* pool, Arguments&&... arguments) {
    if constexpr (std::is_trivially_destructible_v<Object>) {
        void* memory = ngx_palloc(pool, sizeof(Object));
        if (memory == nullptr) {
            throw std::bad_alloc();
        }
        return new (memory) Object{std::forward<Arguments>(arguments)...};
    } else {
        ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, sizeof(Object));
        if (cleanup == nullptr) {
            throw std::bad_alloc();
        }
        auto* object = new (cleanup->data) Object{std::forward<Arguments>(arguments)...};
        // Only now: a constructor that threw has left nothing to destroy.
        cleanup->handler = [](void* data) { static_cast<Object*>(data)->~Object(); };
        return object;
    }
}

}  // namespace agent_sessions::ngx
