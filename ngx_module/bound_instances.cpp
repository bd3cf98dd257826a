#include "ngx_module/bound_instances.h"

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

struct Unbound {
    tracker::Tracker tracker;
    tracker::SessionHandle session;
    std::string name;
    std::string instance;
    tracker::BootTime since{};
};

// In the order of their ends. A plain pointer: a static object would be destroyed while nginx still runs its
// exit.
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
    const BoundInstance& bound = *state.bound;
    tracker::Tracker tracker = state.zone->tracker;
    const tracker::Now now = cached_now();
    const bool is_noted = guard(ngx_cycle->log, "the end of an interaction", false, [&] {
        if (unbound == nullptr) {
            unbound = new std::deque<Unbound>;
        }
        unbound->push_back(
            {tracker, state.handle, std::string(bound.name), std::string(bound.instance), now.boot});
        return true;
    });
    if (!is_noted) {
        tracker.close_instance(state.handle, bound.name, bound.instance, now);
    }
}

bool has_unbound_instances() noexcept {
    return unbound != nullptr;
}

bool close_unbound_instances(std::int64_t deadline) noexcept {
    if (unbound == nullptr) {
        return false;
    }
    const tracker::Now now = cached_now();
    while (!unbound->empty() && now.boot - unbound->front().since >= kReplacementTime) {
        if (!close(unbound->front(), now)) {
            return false;
        }
        unbound->pop_front();
        if (monotonic_us() >= deadline) {
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
