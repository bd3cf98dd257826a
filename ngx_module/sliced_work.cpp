#include "ngx_module/sliced_work.h"

#include "ngx_module/clock.h"

namespace agent_sessions::ngx {

namespace {

constexpr std::int64_t kSliceUs = 40;

struct Turns {
    Turns() noexcept { ngx_queue_init(&queue); }

    ngx_queue_t queue;
    ngx_uint_t count = 0;
    ngx_event_t event{};
};

Turns& turns() noexcept {
    static Turns all;
    return all;
}

}  // namespace

SliceEnd::SliceEnd() noexcept : end_(monotonic_us() + kSliceUs) {}

bool SliceEnd::is_past() const noexcept {
    return monotonic_us() >= end_;
}

void SlicedWork::ask_for_turn() noexcept {
    if (has_asked_) {
        return;
    }
    has_asked_ = true;
    Turns& all = turns();
    ngx_queue_insert_tail(&all.queue, this);
    ++all.count;
    if (all.event.posted == 0) {
        all.event.handler = handle_round;
        all.event.log = ngx_cycle->log;
        ngx_post_event(&all.event, &ngx_posted_next_events);
    }
}

void SlicedWork::give_up_turn() noexcept {
    if (!has_asked_) {
        return;
    }
    has_asked_ = false;
    ngx_queue_remove(this);
    Turns& all = turns();
    if (--all.count == 0 && all.event.posted != 0) {
        ngx_delete_posted_event(&all.event);
    }
}

void SlicedWork::handle_round(ngx_event_t* event) noexcept {
    Turns& all = turns();
    event->log = ngx_cycle->log;
    const SliceEnd end;
    for (ngx_uint_t left = all.count; left > 0 && all.count > 0; --left) {
        auto* work = static_cast<SlicedWork*>(ngx_queue_head(&all.queue));
        ngx_queue_remove(work);
        --all.count;
        work->has_asked_ = false;
        work->take_turn(end);
        if (end.is_past()) {
            break;
        }
    }
    if (all.count > 0 && event->posted == 0) {
        ngx_post_event(event, &ngx_posted_next_events);
    }
}

}  // namespace agent_sessions::ngx
