#include "tests/e2e/support/witness.h"

#include <algorithm>
#include <utility>

#include "tests/e2e/support/gateway_config.h"

namespace agent_sessions::e2e {
namespace {

using Fate = WitnessedSession::Fate;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kFailuresKept = 5;
constexpr std::uint32_t kInstances = 3;
// How many requests go over a connection, on the average, before another one is opened: to another worker,
// perhaps.
constexpr std::uint32_t kRequestsOfConnection = 20;
constexpr std::chrono::milliseconds kPauseAfterFailure{2};

HttpRequest with_cookie(HttpRequest request, const std::string& cookie) {
    request.with("Cookie", std::string(kCookie) + "=" + cookie);
    return request;
}

HttpRequest by_admin(HttpRequest request) {
    request.with("X-Test-Accounts", "*").with("X-Test-Role", "admin").with("X-Test-User", "supervisor");
    return request;
}

HttpRequest end_by_delete(const WitnessedSession& session) {
    HttpRequest request;
    request.method = "DELETE";
    request.target = "/admin/api/1/sessions/" + session.ref;
    return by_admin(request);
}

HttpRequest end_by(const std::string& what) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/admin/api/1/sessions/terminate";
    request.body = "{" + what + R"(,"message":"The shift is over"})";
    request.with("Content-Type", "application/json");
    return by_admin(request);
}

bool has(const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
}

// What the supervisor was told; asked = nothing to rely on. Over a connection that broke, curl asks once more
// by itself: then the session may be gone by its first asking.
Fate understand(const HttpResponse& response) {
    const bool was_gone = response.status == 404 || has(response.body, R"(:"already_gone")") ||
                          has(response.body, R"("ended":0)");
    const bool ended =
        response.status == 204 || has(response.body, R"("terminated")") || has(response.body, R"("ended":1)");
    if (was_gone || !ended) {
        return Fate::asked;
    }
    const bool durable =
        response.header("Agent-Sessions-Durable") == "true" || has(response.body, R"("durable":true)");
    return durable ? Fate::durable : Fate::ended;
}

bool is_told(const HttpResponse& response) {
    return response.status == 403 && response.header("Agent-Session") == "ended";
}

}  // namespace

// One thread's sessions, and what happens to them.
class Witness::Person {
  public:
    Person(Witness& witness, std::size_t number, std::uint32_t seed)
        : witness_(witness),
          random_(seed + static_cast<std::uint32_t>(number)),
          agents_(witness.origin_),
          supervisors_(witness.origin_) {}

    void work() {
        while (!witness_.stopping_) {
            const std::uint32_t choice = random_() % 10;
            if (choice < 2 && live_.size() < witness_.pace_.most_live) {
                begin();
            } else if (choice < 3 || live_.size() >= witness_.pace_.most_live) {
                end();
            } else if (choice < 4) {
                click_ended();
            } else {
                click_live();
            }
            std::this_thread::sleep_for(witness_.pace_.pause);
        }
    }

    void give(std::vector<WitnessedSession>& ledger, std::vector<std::string>& failures) {
        for (std::vector<WitnessedSession>* some : {&live_, &over_}) {
            std::move(some->begin(), some->end(), std::back_inserter(ledger));
        }
        std::move(failures_.begin(), failures_.end(), std::back_inserter(failures));
    }

  private:
    HttpResponse ask(Connection& connection, const HttpRequest& request) {
        if (random_() % kRequestsOfConnection == 0) {
            connection = Connection(witness_.origin_);
        }
        const auto since = Clock::now();
        HttpResponse response = connection.send(request);
        witness_.note(request, response,
                      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since));
        if (response.status == 0) {
            std::this_thread::sleep_for(kPauseAfterFailure);
        }
        return response;
    }

    void fail(const std::string& what, const WitnessedSession& session, const HttpResponse& response) {
        if (failures_.size() < kFailuresKept) {
            failures_.push_back(what + ": session " + session.ref + " of " + session.agent +
                                " was answered " + std::to_string(response.status) + " " +
                                response.header("X-Status").value_or("-") + " " +
                                response.header("X-Ref").value_or("-") + " " + response.body.substr(0, 200));
        }
    }

    void begin() {
        const HttpResponse issued = ask(agents_, navigation("/app"));
        const auto cookie = set_cookie_named(issued, kCookie);
        if (!cookie) {
            return;
        }
        WitnessedSession session;
        session.cookie = cookie->value;
        static std::atomic<std::uint64_t> agents{0};
        session.agent = "agent" + std::to_string(agents++);
        click(session);
        live_.push_back(std::move(session));
    }

    void click_live() {
        if (!live_.empty()) {
            click(live_[random_() % live_.size()]);
        }
    }

    void click(WitnessedSession& session) {
        const std::string instance = std::to_string(random_() % kInstances);
        HttpRequest request = navigation("/app?interaction=Billing&instance=" + instance);
        request.with("X-Test-Login", session.agent);
        session.instances.insert(instance);
        const HttpResponse response = ask(agents_, with_cookie(request, session.cookie));
        const std::string status = response.header("X-Status").value_or("");
        const std::string ref = response.header("X-Ref").value_or("");
        const bool may_begin = session.fate == Fate::unsure;
        if (response.status == 0 || (may_begin && response.status == 200 && status == "UNTRACKED")) {
            return;
        }
        const bool is_live = status == "ACTIVE" || (may_begin && status == "NEW");
        const auto renewed = set_cookie_named(response, kCookie);
        if (response.status != 200 || !is_live || (!may_begin && (ref != session.ref || renewed))) {
            fail("a live session", session, response);
            return;
        }
        if (renewed) {
            session.cookie = renewed->value;
        }
        if (may_begin) {
            session.ref = ref;
            session.started = response.header("X-Start").value_or("");
            session.fate = Fate::live;
            ++witness_.acknowledged_;
        }
    }

    void end() {
        if (live_.empty()) {
            return;
        }
        std::swap(live_[random_() % live_.size()], live_.back());
        if (live_.back().fate == Fate::unsure) {
            click(live_.back());
            return;
        }
        WitnessedSession session = std::move(live_.back());
        live_.pop_back();
        session.fate = understand(ask(supervisors_, end_request(session)));
        witness_.acknowledged_ += session.fate == Fate::asked ? 0 : 1;
        over_.push_back(std::move(session));
    }

    HttpRequest end_request(const WitnessedSession& session) {
        switch (random_() % 3) {
            case 0:
                return end_by_delete(session);
            case 1:
                return end_by(R"("refs":[")" + session.ref + R"("])");
            default:
                return end_by(R"("filter":{"agent":")" + session.agent + R"("})");
        }
    }

    void click_ended() {
        if (over_.empty()) {
            return;
        }
        const WitnessedSession& session = over_[random_() % over_.size()];
        const HttpResponse response = ask(agents_, with_cookie(script_call("/api"), session.cookie));
        if (response.status != 0 && session.fate != Fate::asked && !is_told(response)) {
            fail("an ended session", session, response);
        }
    }

    Witness& witness_;
    std::minstd_rand random_;
    Connection agents_;
    Connection supervisors_;
    std::vector<WitnessedSession> live_;  // and unsure ones
    std::vector<WitnessedSession> over_;
    std::vector<std::string> failures_;
};

Witness::Witness(Origin origin, Pace pace, std::uint32_t seed) : origin_(origin), pace_(pace) {
    for (std::size_t number = 0; number < pace.threads; ++number) {
        people_.push_back(std::make_unique<Person>(*this, number, seed));
        threads_.emplace_back([person = people_.back().get()] { person->work(); });
    }
}

Witness::~Witness() {
    stop();
}

void Witness::stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
    for (const auto& person : people_) {
        person->give(ledger_, failures_);
    }
    people_.clear();
}

void Witness::note(const HttpRequest& request, const HttpResponse& response,
                   std::chrono::milliseconds waited) {
    ++requests_;
    broken_ += response.status == 0 ? 1 : 0;
    if (waited <= longest_wait()) {
        return;
    }
    const std::scoped_lock guard(slowest_lock_);
    if (waited > longest_wait()) {
        longest_wait_ms_ = waited.count();
        slowest_ = request.method + ' ' + request.target.substr(0, request.target.find('?')) + " -> " +
                   std::to_string(response.status);
    }
}

std::size_t Witness::count(WitnessedSession::Fate fate) const {
    return static_cast<std::size_t>(std::count_if(ledger_.begin(), ledger_.end(),
                                                  [&](const auto& session) { return session.fate == fate; }));
}

}  // namespace agent_sessions::e2e
