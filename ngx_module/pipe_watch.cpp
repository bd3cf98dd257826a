#include "ngx_module/pipe_watch.h"

#include "ngx_module/guard.h"

namespace agent_sessions::ngx {

PipeWatch::PipeWatch(int pipe, Handler handler, void* data) noexcept : handler_(handler), data_(data) {
    // Asked for one that it does not have, nginx closes somebody's, or complains.
    if (ngx_process != NGX_PROCESS_WORKER || ngx_cycle->free_connection_n == 0) {
        return;
    }
    connection_ = ngx_get_connection(pipe, ngx_cycle->log);
    if (connection_ == nullptr) {
        return;
    }
    connection_->data = this;
    connection_->read->log = ngx_cycle->log;
    connection_->read->handler = handle_event;
    // Nothing that a worker must have closed before it exits.
    connection_->read->channel = 1;
    ngx_handle_read_event(connection_->read, 0);
}

PipeWatch::~PipeWatch() {
    if (connection_ == nullptr) {
        return;
    }
    if (connection_->read->active != 0) {
        ngx_del_event(connection_->read, NGX_READ_EVENT, 0);
    }
    ngx_free_connection(connection_);
    connection_->fd = static_cast<ngx_socket_t>(-1);
}

// After this the watch may be gone.
void PipeWatch::handle_event(ngx_event_t* event) noexcept {
    const auto* connection = static_cast<ngx_connection_t*>(event->data);
    const auto* watch = static_cast<PipeWatch*>(connection->data);
    guard(event->log, "news from a pipe", [watch] { watch->handler_(watch->data_); });
}

}  // namespace agent_sessions::ngx
