#include "ngx_module/bound_instances.h"

#include <algorithm>
#include <deque>
#include <string>

#include "ngx_module/clock.h"
#include "ngx_module/guard.h"
#include "ngx_module/open_requests.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

// Longer than an open one goes without being refreshed, in either worker.
constexpr tracker::Millis kReplacementTime{2500};
// Longer than a page takes to load and say what is open in it. That is told to the second only, so in the
// second in which the one before was left it is not noticed; the script says it again after 5 s.
constexpr tracker::Millis kNextPageTime{8'000};

// What is unbound or left beyond that is closed at once: whoever tells of pages that never were takes no more
// memory than some megabytes.
constexpr std::size_t kMostUnbound = 4096;

struct Unbound {
    tracker::Tracker tracker;
    tracker::SessionHandle session;
    std::string name;
    std::string instance;
    tracker::BootTime since{};
    tracker::BootTime due{};
};

// In the order in which they are due. A plain pointer: a static object would be destroyed while nginx still
// runs its exit.
std::deque<Unbound>* unbound = nullptr;

bool is_event_stream(const ngx_http_request_t& request) noexcept {
    constexpr std::string_view kEventStream = "text/event-stream";
    const std::string_view type = to_view(request.headers_out.content_type);
    return equal_ignoring_case(type.substr(0, kEventStream.size()), kEventStream);
}

// true: nothing is left to do.
bool close(Unbound& instance, tracker::Now now) noexcept {
    return instance.tracker.close_unseen_instance(instance.session, instance.name, instance.instance,
                                                  instance.since, now) != tracker::InstanceResult::busy;
}

void close_later(const tracker::Tracker& tracker, tracker::SessionHandle session, std::string_view name,
                 std::string_view instance, tracker::Millis patience) noexcept {
    const tracker::Now now = cached_now();
    const bool is_noted = guard(ngx_cycle->log, "the end of an interaction", false, [&] {
        if (unbound == nullptr) {
            unbound = new std::deque<Unbound>;
        }
        if (unbound->size() >= kMostUnbound) {
            return false;
        }
        const tracker::BootTime due = now.boot + patience;
        const auto place = std::upper_bound(
            unbound->begin(), unbound->end(), due,
            [](tracker::BootTime instant, const Unbound& other) { return instant < other.due; });
        unbound->insert(place, {tracker, session, std::string(name), std::string(instance), now.boot, due});
        return true;
    });
    if (!is_noted) {
        tracker::Tracker(tracker).close_instance(session, name, instance, now);
    }
}

}  // namespace

void bind_instance(Tracking& tracking, std::string_view name, std::string_view instance) noexcept {
    ngx_http_request_t& request = tracking.request;
    if (!is_upgraded(request) && !is_event_stream(request)) {
        return;
    }
    // What a variable says may not last as long as the request.
    const auto kept_name = copy_to_pool(request.pool, name);
    const auto kept_instance = copy_to_pool(request.pool, instance);
    void* memory = ngx_palloc(request.pool, sizeof(BoundInstance));
    if (kept_name && kept_instance && memory != nullptr) {
        tracking.state.bound = new (memory) BoundInstance{*kept_name, *kept_instance};
    }
}

void refresh_instance(const RequestState& state) noexcept {
    tracker::Tracker tracker = state.zone->tracker;
    tracker.open_instance(state.handle, state.bound->name, state.bound->instance, cached_now());
}

void unbind_instance(const RequestState& state) noexcept {
    close_later(state.zone->tracker, state.handle, state.bound->name, state.bound->instance,
                kReplacementTime);
}

void leave_instance(const tracker::Tracker& tracker, tracker::SessionHandle session, std::string_view name,
                    std::string_view instance) noexcept {
    close_later(tracker, session, name, instance, kNextPageTime);
}

bool has_unbound_instances() noexcept {
    return unbound != nullptr;
}

bool close_unbound_instances(const SliceEnd& end) noexcept {
    if (unbound == nullptr) {
        return false;
    }
    const tracker::Now now = cached_now();
    while (!unbound->empty() && now.boot >= unbound->front().due) {
        if (!close(unbound->front(), now)) {
            return false;
        }
        unbound->pop_front();
        if (end.is_past()) {
            return true;
        }
    }
    if (unbound->empty()) {
        delete unbound;
        unbound = nullptr;
    }
    return false;
}

void stop_binding_instances() noexcept {
    if (unbound == nullptr) {
        return;
    }
    for (Unbound& instance : *unbound) {
        close(instance, cached_now());
    }
    delete unbound;
    unbound = nullptr;
}

}  // namespace agent_sessions::ngx
