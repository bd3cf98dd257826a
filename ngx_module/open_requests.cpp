#include "ngx_module/open_requests.h"

#include "ngx_module/bound_instances.h"
#include "ngx_module/guard.h"
#include "ngx_module/request_state.h"
#include "ngx_module/sliced_work.h"

namespace agent_sessions::ngx {

namespace {

constexpr ngx_uint_t kRequestsBetweenClocks = 8;
// Instances note the second in which they were seen.
constexpr ngx_uint_t kLooksPerRefresh = 4;

class Looking final : public SlicedWork {
  public:
    bool is_under_way = false;

  private:
    void take_turn(const SliceEnd& end) noexcept override;
};

// Stands in the list behind the last request that the look under way is to meet.
ngx_queue_t end_of_look;
Looking looking;
ngx_uint_t looks = 0;

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
bool look_on(const SliceEnd& end) noexcept {
    for (ngx_uint_t count = 1;; ++count) {
        ngx_queue_t* next = ngx_queue_head(&open_requests);
        ngx_queue_remove(next);
        if (next == &end_of_look) {
            return false;
        }
        ngx_queue_insert_tail(&open_requests, next);
        look_at(*static_cast<OpenRequest*>(next));
        if (count % kRequestsBetweenClocks == 0 && end.is_past()) {
            return true;
        }
    }
}

void Looking::take_turn(const SliceEnd& end) noexcept {
    guard(ngx_cycle->log, "a look at open requests", [&] {
        const bool closes_more = close_unbound_instances(end);
        is_under_way = is_under_way && look_on(end);
        if (closes_more || is_under_way) {
            ask_for_turn();
        }
    });
}

}  // namespace

void look_at_open_requests() noexcept {
    if (!looking.is_under_way && !ngx_queue_empty(&open_requests)) {
        looking.is_under_way = true;
        ++looks;
        ngx_queue_insert_tail(&open_requests, &end_of_look);
    }
    if (looking.is_under_way || has_unbound_instances()) {
        looking.ask_for_turn();
    }
}

void stop_looking() noexcept {
    looking.give_up_turn();
    stop_binding_instances();
}

}  // namespace agent_sessions::ngx
