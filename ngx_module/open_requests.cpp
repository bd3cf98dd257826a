#include "ngx_module/open_requests.h"

#include "ngx_module/bound_instances.h"
#include "ngx_module/clock.h"
#include "ngx_module/guard.h"
#include "ngx_module/request_state.h"

namespace agent_sessions::ngx {

namespace {

// A look's share of one round of the event loop, which the last few requests may exceed.
constexpr std::int64_t kSliceUs = 500;
constexpr ngx_uint_t kRequestsBetweenClocks = 8;
// Instances note the second in which they were seen.
constexpr ngx_uint_t kLooksPerRefresh = 4;

// Stands in the list behind the last request that the look under way is to meet.
ngx_queue_t end_of_look;
bool is_looking = false;
ngx_uint_t looks = 0;
ngx_event_t slice_event;

// As nginx itself closes connections from outside, when a worker has to end.
void cut(OpenRequest& open) noexcept {
    open.state.live = false;
    open.state.remembered = true;
    ngx_connection_t* connection = open.request->connection;
    connection->close = 1;
    connection->error = 1;
    connection->read->handler(connection->read);
}

// After this the request may be gone.
void look_at(OpenRequest& open) noexcept {
    RequestState& state = open.state;
    if (!state.live) {
        return;
    }
    if (state.zone->tracker.is_live(state.handle)) {
        if (state.bound != nullptr && looks % kLooksPerRefresh == 0) {
            refresh_instance(state);
        }
        return;
    }
    if (state.over_at_last_look || is_upgraded(*open.request)) {
        cut(open);
        return;
    }
    state.over_at_last_look = true;
}

// false: the look is over.
bool look_on(std::int64_t deadline) noexcept {
    for (ngx_uint_t count = 1;; ++count) {
        ngx_queue_t* next = ngx_queue_head(&open_requests);
        ngx_queue_remove(next);
        if (next == &end_of_look) {
            return false;
        }
        ngx_queue_insert_tail(&open_requests, next);
        look_at(*static_cast<OpenRequest*>(next));
        if (count % kRequestsBetweenClocks == 0 && monotonic_us() >= deadline) {
            return true;
        }
    }
}

void work() noexcept {
    const std::int64_t deadline = monotonic_us() + kSliceUs;
    const bool closes_more = close_unbound_instances(deadline);
    is_looking = is_looking && look_on(deadline);
    if (closes_more || is_looking) {
        ngx_post_event(&slice_event, &ngx_posted_next_events);
    }
}

void handle_slice(ngx_event_t* event) noexcept {
    event->log = ngx_cycle->log;
    guard(ngx_cycle->log, "a look at open requests", work);
}

}  // namespace

void look_at_open_requests() noexcept {
    if (!is_looking && !ngx_queue_empty(&open_requests)) {
        is_looking = true;
        ++looks;
        ngx_queue_insert_tail(&open_requests, &end_of_look);
    }
    if (slice_event.posted == 0 && (is_looking || has_unbound_instances())) {
        slice_event.handler = handle_slice;
        slice_event.log = ngx_cycle->log;
        ngx_post_event(&slice_event, &ngx_posted_next_events);
    }
}

void stop_looking() noexcept {
    if (slice_event.posted != 0) {
        ngx_delete_posted_event(&slice_event);
    }
    stop_binding_instances();
}

}  // namespace agent_sessions::ngx
