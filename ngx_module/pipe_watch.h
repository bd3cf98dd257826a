// The reading end of a pipe among the events of this process: what comes through it, its end included, is
// told at once.
//
// Takes one of nginx's connections. Thread safety: none (one event loop). REQUIRES: the pipe stays open for
// as long as it is watched, and does not block.
#pragma once

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

class PipeWatch {
  public:
    // What it throws is logged.
    using Handler = void (*)(void* data);

    // Where no connection is free, or the process serves none, nothing is told: look from time to time, too.
    PipeWatch(int pipe, Handler handler, void* data) noexcept;
    ~PipeWatch();
    PipeWatch(const PipeWatch&) = delete;
    PipeWatch& operator=(const PipeWatch&) = delete;

  private:
    static void handle_event(ngx_event_t* event) noexcept;

    Handler handler_;
    void* data_;
    ngx_connection_t* connection_ = nullptr;
};

}  // namespace agent_sessions::ngx
