#include "tests/e2e/support/terminators.h"

#include <chrono>
#include <random>

#include "tests/e2e/support/browser.h"
#include "tests/e2e/support/gateway_config.h"

namespace agent_sessions::e2e {
namespace {

constexpr std::chrono::milliseconds kPauseAfterFailure{5};
constexpr std::size_t kFailuresKept = 10;

HttpRequest by_admin(HttpRequest request) {
    request.with("X-Test-Accounts", "*").with("X-Test-Role", "admin").with("X-Test-User", "supervisor");
    return request;
}

HttpRequest terminate_request(const std::string& what) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/admin/api/1/sessions/terminate";
    request.body = "{" + what + R"(,"message":"The shift is over"})";
    request.with("Content-Type", "application/json");
    return by_admin(std::move(request));
}

HttpRequest request_for(const Termination& termination, const std::string& agent) {
    if (termination.way == "by ref") {
        return terminate_request(R"("refs":[")" + termination.ref + R"("])");
    }
    if (termination.way == "by agent") {
        return terminate_request(R"("filter":{"agent":")" + agent + R"("})");
    }
    HttpRequest request;
    request.method = "DELETE";
    request.target = "/admin/api/1/sessions/" + termination.ref;
    return by_admin(std::move(request));
}

// nullopt = no answer that an admin may get.
std::optional<Termination::Told> understand(const HttpResponse& response) {
    const bool deleted = response.status == 204;
    const bool ended =
        response.status == 200 && (response.body.find(R"("terminated")") != std::string::npos ||
                                   response.body.find(R"("ended":1)") != std::string::npos);
    if (!deleted && !ended) {
        return std::nullopt;
    }
    const bool durable = deleted ? response.header("Agent-Sessions-Durable") == "true"
                                 : response.body.find(R"("durable":true)") != std::string::npos;
    return durable ? Termination::Told::durable : Termination::Told::ended;
}

}  // namespace

Terminators::Terminators(Origin origin, std::size_t threads, std::uint32_t seed) : origin_(origin) {
    for (std::size_t number = 0; number < threads; ++number) {
        threads_.emplace_back([this, number, seed] { work(number, seed); });
    }
}

Terminators::~Terminators() {
    stop();
}

void Terminators::stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

void Terminators::work(std::size_t number, std::uint32_t seed) {
    static constexpr const char* kWays[] = {"DELETE", "by ref", "by agent"};
    std::minstd_rand random(seed + static_cast<std::uint32_t>(number));
    static std::atomic<std::uint64_t> agents{0};
    Browser browser(origin_);
    Connection admin(origin_);
    while (!stopping_) {
        const std::string agent = "agent" + std::to_string(agents.fetch_add(1));
        HttpRequest login = navigation("/app");
        browser.forget_cookies();
        browser.send(login);
        const HttpResponse begun = browser.send(login.with("X-Test-Login", agent));
        Termination termination;
        termination.ref = begun.header("X-Ref").value_or("");
        termination.cookie = browser.cookie(kCookie).value_or("");
        termination.way = kWays[random() % 3];
        if (begun.header("X-Status") != "NEW") {
            std::this_thread::sleep_for(kPauseAfterFailure);
            continue;
        }
        const HttpResponse answer = admin.send(request_for(termination, agent));
        const auto told = understand(answer);
        termination.told = told.value_or(Termination::Told::nothing);
        durable_ += termination.told == Termination::Told::durable ? 1 : 0;
        const std::scoped_lock lock(mutex_);
        ledger_.push_back(termination);
        // libcurl asks again where an open connection broke, and then the session may have ended by the first
        // try.
        if (!told && answer.status != 0 && answer.new_connections == 0 && failures_.size() < kFailuresKept) {
            failures_.push_back(termination.way + ": " + std::to_string(answer.status) + ' ' + answer.body);
        }
    }
}

HttpResponse click_with(Connection& connection, const std::string& cookie) {
    HttpRequest click = script_call("/api");
    return connection.send(click.with("Cookie", std::string(kCookie) + "=" + cookie));
}

}  // namespace agent_sessions::e2e
