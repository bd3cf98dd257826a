#include "ngx_module/admin_exchange.h"

#include <new>

#include "ngx_module/admin_failure.h"
#include "ngx_module/adoption.h"
#include "ngx_module/answer.h"
#include "ngx_module/clock.h"
#include "ngx_module/configuration.h"
#include "ngx_module/guard.h"
#include "ngx_module/log_limit.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/text.h"
#include "ngx_module/time_zone.h"
#include "ngx_module/tracking.h"
#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

namespace {

// A worker that shuts down waits for timers only, and would drop a request that works in steps.
constexpr ngx_msec_t kHold = 60'000;
// How often a task that waits for a disk is asked again (ARCHITECTURE 4).
constexpr ngx_msec_t kWait = 2;

LogLimit answer_limit;

// All steps of an answer tell the wall clock's time by one and the same difference to the boot clock: the two
// are rounded apart, and a list sorted by instants would see them jump by a millisecond.
class TimedSlice : public admin::Slice {
  public:
    TimedSlice(tracker::Now asked, const SliceEnd& end) noexcept : asked_(asked), end_(end) {}

    bool over() const noexcept override { return end_.is_past(); }
    tracker::Now now() const noexcept override {
        const tracker::BootTime boot = cached_now().boot;
        return {asked_.wall + (boot - asked_.boot), boot};
    }

  private:
    tracker::Now asked_;
    const SliceEnd& end_;
};

std::string user_of(ngx_http_request_t& request, const LocationConfiguration& configuration) {
    if (configuration.admin_user != nullptr) {
        return std::string(evaluate(request, configuration.admin_user));
    }
    if (ngx_http_auth_basic_user(&request) != NGX_OK) {
        return {};
    }
    return std::string(to_view(request.headers_in.user));
}

// Whose browser asks, where it also has a session of the zone that is administered.
std::optional<tracker::SessionKey> own_session_of(ngx_http_request_t& request,
                                                  const LocationConfiguration& configuration) {
    ZoneWorker* const worker = worker_of(*configuration.admin);
    if (worker != nullptr && !configuration.cookie->adopted.empty()) {
        const tracker::Found found =
            find_adopted(request, *configuration.cookie, *worker, cached_now()).found;
        return found.state == tracker::Found::State::live ? worker->zone->tracker.key_of(found.handle)
                                                          : std::nullopt;
    }
    const gateway::CookieValue cookie = cookie_of(request, cookie_name(request, configuration));
    if (worker == nullptr || !worker->signer || cookie.status != gateway::CookieValue::Status::found) {
        return std::nullopt;
    }
    const gateway::Verified verified = worker->signer.verify(cookie.value);
    if (verified.status != gateway::Verified::Status::genuine) {
        return std::nullopt;
    }
    tracker::Tracker& tracker = worker->zone->tracker;
    return tracker.key_of(tracker.find_unproven(verified.key, cached_now()).handle);
}

admin::Caller caller_of(ngx_http_request_t& request, const LocationConfiguration& configuration) {
    admin::Caller caller;
    caller.user = user_of(request, configuration);
    caller.role = evaluate(request, configuration.admin_role);
    caller.accounts = evaluate(request, configuration.admin_account);
    caller.write = configuration.admin_write != 0;
    caller.time_zone = time_zone_of(request, configuration.time_zone);
    caller.own_session = own_session_of(request, configuration);
    return caller;
}

}  // namespace

AdminExchange::AdminExchange(ngx_http_request_t& request) noexcept : request_(request) {
    for (ngx_event_t* event : {&wait_event_, &hold_event_}) {
        event->data = this;
        event->log = request.connection->log;
    }
    wait_event_.handler = handle_wait;
    hold_event_.handler = handle_hold;
}

AdminExchange::~AdminExchange() {
    give_up_turn();
    if (wait_event_.timer_set != 0) {
        ngx_del_timer(&wait_event_);
    }
    if (hold_event_.timer_set != 0) {
        ngx_del_timer(&hold_event_);
    }
}

AdminExchange& AdminExchange::of(ngx_http_request_t& request) {
    for (ngx_pool_cleanup_t* cleanup = request.pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
        if (cleanup->handler == destroy) {
            return *static_cast<AdminExchange*>(cleanup->data);
        }
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request.pool, sizeof(AdminExchange));
    if (cleanup == nullptr) {
        throw std::bad_alloc();
    }
    auto* exchange = new (cleanup->data) AdminExchange(request);
    cleanup->handler = destroy;
    return *exchange;
}

void AdminExchange::destroy(void* exchange) noexcept {
    static_cast<AdminExchange*>(exchange)->~AdminExchange();
}

void AdminExchange::run(std::string_view path, std::string_view body) {
    const LocationConfiguration& configuration = location_configuration(request_);
    auto& main = *static_cast<MainConfiguration*>(
        ngx_http_get_module_main_conf((&request_), ngx_http_agent_sessions_module));

    // A copy that ends with a zero byte: Boost.URL 1.81 measures a query by it, whatever length it was given.
    query_ = to_view(request_.args);

    admin::Request asked;
    asked.method = to_view(request_.method_name);
    asked.path = path;
    asked.query = query_;
    asked.body = body;
    asked.content_type = to_view(request_.headers_in.content_type);
    asked.host = to_view(request_.headers_in.host);
    asked.origin = find_header(request_, "Origin");
    asked.sec_fetch_site = find_header(request_, "Sec-Fetch-Site");
    asked.accept = find_header(request_, "Accept");
    asked.accept_encoding = find_header(request_, "Accept-Encoding");
    asked.if_none_match = to_view(request_.headers_in.if_none_match);
    asked.address = to_view(request_.connection->addr_text);
    asked.request_id = evaluate(request_, main.request_id);
    asked.caller = caller_of(request_, configuration);
    asked.now = asked_ = cached_now();
    asked.page_files = configuration.page_files;

    const ZoneWorker* worker = worker_of(*configuration.admin);
    asked.has_keys = worker != nullptr && worker->signer;
    admin::Handled handled = admin::handle(asked, configuration.admin->tracker,
                                           worker != nullptr ? worker->reader.get() : nullptr);
    if (handled.response) {
        finish(std::move(*handled.response));
        return;
    }
    task_ = std::move(handled.task);
    // Whoever changes something can't stop it half way, and before it is in the audit, by hanging up.
    const bool changes = (request_.method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0;
    request_.read_event_handler = changes ? ngx_http_block_reading : ngx_http_test_reading;
    request_.write_event_handler = ngx_http_request_empty_handler;
    ngx_add_timer(&hold_event_, kHold);
    ask_for_turn();
}

void AdminExchange::step(const SliceEnd& end) {
    auto response = task_->step(TimedSlice(asked_, end));
    if (response) {
        task_.reset();
        ngx_del_timer(&hold_event_);
        finish(std::move(*response));
    } else if (task_->is_waiting()) {
        look_after_history(*location_configuration(request_).admin);
        ngx_add_timer(&wait_event_, kWait);
    } else {
        ask_for_turn();
    }
}

// After this the exchange may be gone.
void AdminExchange::finish(admin::Response response) {
    response_ = std::move(response);
    ngx_uint_t left_out = 0;
    if (!response_.log.empty() && answer_limit.allows(left_out)) {
        ngx_log_error(NGX_LOG_WARN, request_.connection->log, 0, "agent_sessions: %s", response_.log.c_str());
    }
    const ngx_int_t result = send_answer(request_, response_.status, response_.headers, response_.body);
    ngx_http_finalize_request(&request_, result);
}

// After this the exchange may be gone.
void AdminExchange::fail() noexcept {
    task_.reset();
    if (hold_event_.timer_set != 0) {
        ngx_del_timer(&hold_event_);
    }
    ngx_http_finalize_request(&request_, send_internal_error(request_));
}

void AdminExchange::take_turn(const SliceEnd& end) noexcept {
    ngx_connection_t* connection = request_.connection;
    ngx_http_set_log_request(connection->log, (&request_));
    const bool done = guard(connection->log, "a step of an admin request", false, [this, &end] {
        step(end);
        return true;
    });
    if (!done) {
        fail();
    }
    ngx_http_run_posted_requests(connection);
}

void AdminExchange::handle_wait(ngx_event_t* event) noexcept {
    static_cast<AdminExchange*>(event->data)->ask_for_turn();
}

void AdminExchange::handle_hold(ngx_event_t* event) noexcept {
    ngx_add_timer(event, kHold);
}

}  // namespace agent_sessions::ngx
