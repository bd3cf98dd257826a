// The admin endpoint on a real tracker in anonymous memory, asked as a browser or curl would ask.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "admin/handle.h"
#include "tests/support/memory_segment.h"
#include "tracker/history_feed.h"

namespace agent_sessions::admin {

// Over after so many looks, and again in each new step.
class CountedSlice final : public Slice {
  public:
    CountedSlice(const testing::FakeClock& clock, int looks) : clock_(clock), looks_(looks) {}

    bool over() const noexcept override { return looks_ <= 0 || --looks_ == 0; }
    tracker::Now now() const noexcept override { return clock_.now(); }

  private:
    const testing::FakeClock& clock_;
    mutable int looks_;
};

struct NewSession {
    std::string agent{};
    std::string account = "alpha";
    std::string label{};
    std::string address = "192.0.2.1";
    std::string user_agent = "Firefox";
    std::string time_zone{};
    tracker::Millis started_ago{0};
};

// What became of each ref that an act named.
using Results = std::vector<std::string>;

class Endpoint : public ::testing::Test {
  protected:
    struct Asked {
        std::string method = "GET";
        std::string path;
        std::string query;
        std::string body;
        std::optional<std::string> content_type;
        std::optional<std::string> host = "agents.example";
        std::optional<std::string> origin;
        std::optional<std::string> sec_fetch_site;
        std::optional<std::string> accept;
        std::optional<std::string> accept_encoding;
        std::optional<std::string> if_none_match;
        Caller caller;
    };

    Endpoint() { caller_ = {"ada", "operator", "*", true, ""}; }

    tracker::SessionKey begin(const NewSession& session = {}) {
        const tracker::SessionKey key{0x9E3779B97F4A7C15ULL * ++begun_, begun_};
        return begin(session, key);
    }

    tracker::SessionKey begin(const NewSession& session, tracker::SessionKey key) {
        tracker::BeginRequest request;
        request.key = key;
        request.started = clock_.now().wall - session.started_ago;
        request.account = session.account;
        request.time_zone = session.time_zone;
        request.agent = session.agent;
        request.label = session.label;
        request.address = session.address;
        request.user_agent = session.user_agent;
        request.confirmed = true;
        EXPECT_EQ(tracker_.begin(request, clock_.now()).result, tracker::BeginResult::begun);
        return key;
    }

    tracker::SessionHandle handle_of(tracker::SessionKey key) {
        return tracker_.find(key, clock_.now()).handle;
    }
    bool is_live(tracker::SessionKey key) {
        return tracker_.find(key, clock_.now()).state == tracker::Found::State::live;
    }

    static std::string quoted(tracker::SessionKey key) { return "\"" + tracker::to_ref(key) + "\""; }

    static Results results_of(const Response& response) {
        Results results;
        EXPECT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = json_of(response);
        for (const boost::json::value& result : answer.at("results").as_array()) {
            results.emplace_back(result.as_object().at("result").as_string());
        }
        return results;
    }

    // What the history is to keep of what was done and tried.
    std::vector<tracker::Act> acts() {
        tracker::HistoryFeed feed(tracker_);
        std::vector<tracker::Act> acts;
        for (std::uint64_t number = feed.first_unsaved_act(); number < feed.next_act(); ++number) {
            acts.push_back(*feed.read_act(number));
        }
        return acts;
    }

    // "api/1/sessions?limit=2"
    Asked asked(std::string method, std::string_view target, std::string body = {}) const {
        Asked asked;
        asked.method = std::move(method);
        const std::size_t mark = target.find('?');
        asked.path = target.substr(0, mark);
        asked.query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
        asked.body = std::move(body);
        if (!asked.body.empty()) {
            asked.content_type = "application/json";
        }
        asked.caller = caller_;
        return asked;
    }

    // `between` runs before each step but the first.
    Response ask(const Asked& asked, const std::function<void()>& between = {}) {
        Request request;
        request.method = asked.method;
        request.path = asked.path;
        request.query = asked.query;
        request.body = asked.body;
        request.content_type = asked.content_type;
        request.host = asked.host;
        request.origin = asked.origin;
        request.sec_fetch_site = asked.sec_fetch_site;
        request.accept = asked.accept;
        request.accept_encoding = asked.accept_encoding;
        request.if_none_match = asked.if_none_match;
        request.address = "198.51.100.7";
        request.request_id = "0123abcd";
        request.caller = asked.caller;
        request.now = clock_.now();
        request.page_files = page_files_;
        Handled handled = handle(request, tracker_, history_);
        if (handled.response) {
            return *handled.response;
        }
        request = Request{};  // a task needs what its views point to, and no more
        steps_ = 0;
        for (;; ++steps_) {
            if (steps_ > 100'000) {
                ADD_FAILURE() << "the task comes to no end";
                return Response{.status = 0, .headers = {}, .body = {}, .log = {}};
            }
            if (steps_ > 0 && between) {
                between();
            }
            if (std::optional<Response> response = handled.task->step(CountedSlice(clock_, looks_))) {
                return *response;
            }
            if (handled.task->is_waiting()) {
                std::this_thread::sleep_for(std::chrono::milliseconds{waits_for_thread_ ? 1 : 0});
                clock_.advance(tracker::Millis{waits_for_thread_ ? 0 : 2});
            }
        }
    }

    Response get(std::string_view target) { return ask(asked("GET", target)); }
    Response post(std::string_view target, std::string body) {
        return ask(asked("POST", target, std::move(body)));
    }
    Response terminate(std::string body) { return post("api/1/sessions/terminate", std::move(body)); }

    static boost::json::object json_of(const Response& response) {
        boost::json::error_code error;
        boost::json::value value = boost::json::parse(response.body, error);
        if (error || !value.is_object()) {
            ADD_FAILURE() << "no JSON object: " << response.body;
            return {};
        }
        return value.as_object();
    }

    boost::json::object get_json(std::string_view target) {
        const Response response = get(target);
        EXPECT_EQ(response.status, 200) << target << ": " << response.body;
        return json_of(response);
    }

    // The code of a problem document, whose shape is checked; "" for any other answer.
    static std::string code_of(const Response& response) {
        if (header(response, "Content-Type") != "application/problem+json") {
            return "";
        }
        const boost::json::object problem = json_of(response);
        std::string code(problem.at("code").as_string());
        EXPECT_EQ(problem.at("type").as_string(), "urn:agent-sessions:problem:" + code);
        EXPECT_EQ(problem.at("status").to_number<int>(), response.status);
        EXPECT_FALSE(problem.at("title").as_string().empty());
        EXPECT_FALSE(problem.at("detail").as_string().empty());
        EXPECT_EQ(problem.at("request_id").as_string(), "0123abcd");
        EXPECT_TRUE(problem.contains("instance"));
        return code;
    }

    static std::string header(const Response& response, std::string_view name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) {
                return value;
            }
        }
        return "";
    }

    static std::string text(const boost::json::value& value) {
        return value.is_null() ? "null" : std::string(value.as_string());
    }

    static std::vector<std::string> column(const boost::json::object& list, std::string_view name) {
        std::vector<std::string> values;
        for (const boost::json::value& session : list.at("sessions").as_array()) {
            const boost::json::value& value =
                session.as_object().at(boost::json::string_view(name.data(), name.size()));
            values.push_back(value.is_string() || value.is_null() ? text(value)
                                                                  : boost::json::serialize(value));
        }
        return values;
    }

    testing::MemorySegment segment_{2'000};
    testing::FakeClock clock_;
    tracker::Tracker tracker_ = segment_.tracker();
    tracker::history::Reader* history_ = nullptr;
    const PageFiles* page_files_ = nullptr;
    Caller caller_;
    bool waits_for_thread_ = false;  // real time passes while a task waits, else the clock's
    int looks_ = 1'000'000;
    int steps_ = 0;
    std::uint64_t begun_ = 0;
};

}  // namespace agent_sessions::admin
