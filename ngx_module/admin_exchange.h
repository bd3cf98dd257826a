// One request to the admin endpoint, from its body to the end of its answer.
#pragma once

#include <memory>
#include <string>

#include "admin/handle.h"
#include "ngx_module/nginx.h"
#include "ngx_module/sliced_work.h"

namespace agent_sessions::ngx {

// Lives in the request's pool, so that a client that goes away takes its task with it.
class AdminExchange final : private SlicedWork {
  public:
    // The request's exchange, made where there is none yet. Throws std::bad_alloc.
    static AdminExchange& of(ngx_http_request_t& request);

    explicit AdminExchange(ngx_http_request_t& request) noexcept;
    ~AdminExchange();
    AdminExchange(const AdminExchange&) = delete;
    AdminExchange& operator=(const AdminExchange&) = delete;

    // Answers, at once or in steps, and ends the request. REQUIRES: `path` and `body` live as long as the
    // request.
    void run(std::string_view path, std::string_view body);

  private:
    static void handle_wait(ngx_event_t* event) noexcept;
    static void handle_hold(ngx_event_t* event) noexcept;

    static void destroy(void* exchange) noexcept;

    void take_turn(const SliceEnd& end) noexcept override;
    void step(const SliceEnd& end);
    void finish(admin::Response response);
    void fail() noexcept;

    ngx_http_request_t& request_;
    tracker::Now asked_{};
    std::string query_;
    std::unique_ptr<admin::Task> task_;
    admin::Response response_;
    ngx_event_t wait_event_{};
    ngx_event_t hold_event_{};
};

}  // namespace agent_sessions::ngx
