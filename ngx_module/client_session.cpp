#include "ngx_module/client_session.h"

#include <algorithm>
#include <string>

#include "ngx_module/adoption.h"
#include "ngx_module/bound_instances.h"
#include "ngx_module/clock.h"
#include "ngx_module/gateway/client_answer.h"
#include "ngx_module/gateway/reactivation_url.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/text.h"
#include "ngx_module/tracking.h"
#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

namespace {

using tracker::Found;
using tracker::InstanceResult;

constexpr tracker::Millis kUsualHeartbeat{30'000};
constexpr tracker::Millis kUsualWarning{60'000};

// What is not written fits the timeouts: three heartbeats keep an instance, half of an idle time is warning
// enough.
gateway::ClientTimes times_of(const LocationConfiguration& configuration) noexcept {
    const ClientConfiguration& client = *configuration.client;
    const tracker::Lifetime lifetime = configuration.lifetime();
    gateway::ClientTimes times;
    times.heartbeat = client.heartbeat
                          ? tracker::Millis(*client.heartbeat)
                          : std::clamp(lifetime.instance / 3, tracker::Millis(1000), kUsualHeartbeat);
    times.warn = client.warn ? tracker::Millis(*client.warn) : std::min(lifetime.idle / 2, kUsualWarning);
    return times;
}

// Of a cookie that is no genuine one, `unknown`.
Presented find_issued(ZoneWorker& worker, gateway::CookieValue cookie, tracker::Now now) noexcept {
    tracker::Tracker& tracker = worker.zone->tracker;
    if (const auto name = worker.signer.name(cookie.value)) {
        const Found found = tracker.find_unproven(*name, now);
        if (found.state == Found::State::live || found.state == Found::State::ended) {
            return {found, *name};
        }
    }
    const gateway::Verified verified = worker.signer.verify(cookie.value);
    Presented presented;
    if (verified.status == gateway::Verified::Status::genuine) {
        presented = {tracker.find(verified.key, now), verified.key};
    } else if (verified.status == gateway::Verified::Status::keyless ||
               verified.status == gateway::Verified::Status::failed) {
        presented.found.state = Found::State::busy;
    }
    return presented;
}

bool adopts(const LocationConfiguration& configuration) noexcept {
    return !configuration.cookie->adopted.empty();
}

Presented find_session(const ngx_http_request_t& request, const LocationConfiguration& configuration,
                       ZoneWorker& worker, gateway::CookieValue cookie, tracker::Now now) {
    return adopts(configuration) ? find_adopted(request, *configuration.cookie, worker, now)
                                 : find_issued(worker, cookie, now);
}

gateway::Answer answer_ended(ngx_http_request_t& request, const LocationConfiguration& configuration,
                             ZoneWorker& worker, const Found& found, std::string_view page) {
    gateway::EndedMessage message;
    message.status = static_cast<int>(configuration.ended_status);
    message.reason = found.reason;
    std::string link;
    const auto facts = worker.zone->tracker.ended_facts(found.handle);
    if (facts) {
        message.words = facts->message;
        const auto mark = worker.signer.make_mark(facts->key, facts->reactivations, cached_now().wall);
        if (mark && !page.empty()) {
            const std::size_t query = std::min(page.find('?'), page.size());
            link = gateway::reactivation_url(page.substr(0, query),
                                             page.substr(std::min(query + 1, page.size())), mark->view());
        } else if (mark) {
            link = gateway::reactivation_url_of_page("/", host_of(request),
                                                     to_view(request.headers_in.referer), mark->view());
        }
    }
    message.reactivate = link;
    return gateway::ended_answer(message, false);
}

gateway::Answer answer_live(const std::optional<tracker::PendingEnd>& pending, const tracker::TimeLeft& left,
                            const gateway::ClientTimes& times, tracker::Now now) {
    std::optional<gateway::ClientEnding> ending;
    if (pending) {
        ending.emplace();
        ending->message = pending->message;
        if (pending->until) {
            ending->left = *pending->until - now.wall;
        }
    }
    return gateway::live_client_answer(left, times, ending);
}

bool is_among(const std::vector<gateway::BeaconInstance>& instances,
              const gateway::BeaconInstance& wanted) noexcept {
    return std::any_of(instances.begin(), instances.end(), [&wanted](const gateway::BeaconInstance& other) {
        return other.instance == wanted.instance && (!wanted.instance.empty() || other.name == wanted.name);
    });
}

// What opens comes first: a session that is to end once nothing is open must not end in between. For the same
// reason what was open in a page that was left is waited for, since the next page may go on with it.
// false = something could not be done now; the script's next heartbeat asks for it again.
bool follow_instances(tracker::Tracker& tracker, tracker::SessionHandle handle, const gateway::Beacon& beacon,
                      tracker::Now now) {
    bool done = true;
    for (const auto& [name, instance] : beacon.open) {
        done = tracker.open_instance(handle, name, instance, now) != InstanceResult::busy && done;
    }
    const bool may_go_on = beacon.left && !beacon.close.empty() && tracker.pending_end(handle, now);
    for (const gateway::BeaconInstance& closed : beacon.close) {
        if (may_go_on) {
            leave_instance(tracker, handle, closed.name, closed.instance);
        } else if (!is_among(beacon.open, closed)) {
            done =
                tracker.close_instance(handle, closed.name, closed.instance, now) != InstanceResult::busy &&
                done;
        }
    }
    return done;
}

}  // namespace

gateway::Answer answer_beacon(ngx_http_request_t& request, const LocationConfiguration& configuration,
                              const gateway::Beacon& beacon) {
    const gateway::ClientTimes times = times_of(configuration);
    const gateway::CookieValue cookie = adopts(configuration)
                                            ? gateway::CookieValue{}
                                            : cookie_of(request, cookie_name(request, configuration));
    if (cookie.status == gateway::CookieValue::Status::conflicting) {
        return gateway::cookie_conflict_answer(false);
    }
    if (!adopts(configuration) && cookie.status != gateway::CookieValue::Status::found) {
        return gateway::no_session_client_answer(times);
    }
    ZoneWorker* worker = worker_of(*configuration.client->zone);
    if (worker == nullptr) {
        return gateway::session_unavailable_answer(false);
    }
    tracker::Tracker& tracker = worker->zone->tracker;
    const tracker::Now now = cached_now();
    // A session may end between two looks at it.
    for (;;) {
        const auto [found, key] = find_session(request, configuration, *worker, cookie, now);
        if (found.state == Found::State::busy) {
            return gateway::session_unavailable_answer(false);
        }
        if (found.state == Found::State::ended && tracker::is_told(found.reason)) {
            return answer_ended(request, configuration, *worker, found, beacon.page);
        }
        if (found.state != Found::State::live) {
            return gateway::no_session_client_answer(times);
        }
        if (beacon.active && !tracker.touch(found.handle, key, now)) {
            continue;
        }
        if (!follow_instances(tracker, found.handle, beacon, now)) {
            return gateway::session_unavailable_answer(false);
        }
        if (const auto left = tracker.time_left(found.handle, now)) {
            return answer_live(tracker.pending_end(found.handle, now), *left, times, now);
        }
    }
}

}  // namespace agent_sessions::ngx
