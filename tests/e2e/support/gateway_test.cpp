#include "tests/e2e/support/gateway_test.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

namespace agent_sessions::e2e {
namespace {

std::string unescaped(std::string text) {
    static const std::pair<const char*, const char*> kEntities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&#x27;", "'"}, {"&amp;", "&"}};
    for (const auto& [entity, character] : kEntities) {
        for (auto at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
            text.replace(at, std::string(entity).size(), character);
        }
    }
    return text;
}

bool says(const std::string& text, const char* word) {
    return text.find(word) != std::string::npos;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    return text;
}

}  // namespace

GatewayTest::GatewayTest() : application(Application::instance()) {
    config.prefix = server.prefix();
    config.port = free_port();
    config.application_port = application.port();
}

void GatewayTest::use_tls() {
    config.https_port = free_port();
    const std::string place = server.prefix() / "conf";
    const CommandResult result = run_command(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
         place + "/key.pem", "-out", place + "/certificate.pem"});
    ASSERT_EQ(result.exit_code, 0) << result.output;
}

void GatewayTest::start() {
    server.configure(config.text());
    if (!server.start(static_cast<std::size_t>(config.workers))) {
        throw std::runtime_error("the gateway did not start");
    }
}

void GatewayTest::reload() {
    server.configure(config.text());
    if (!server.reload(static_cast<std::size_t>(config.workers))) {
        throw std::runtime_error("the gateway did not reload");
    }
}

AdminClient GatewayTest::admin(const std::string& accounts, const std::string& role) const {
    return AdminClient(origin(), {accounts, role, "supervisor"});
}

HttpResponse GatewayTest::send_until_tracked(Browser& agent_browser, const HttpRequest& request) {
    constexpr int kMostTries = 100;
    HttpResponse response = agent_browser.send(request);
    for (int tries = 1; status_of(response) == "UNTRACKED" && tries < kMostTries; ++tries) {
        // Whoever keeps it busy may wait for a processor.
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        response = agent_browser.send(request);
    }
    return response;
}

std::string GatewayTest::begin_session(Browser& agent_browser, const std::string& agent,
                                       const std::string& account) {
    HttpRequest first = navigation("/app");
    first.with("X-Test-Account", account);
    const HttpResponse issued = agent_browser.send(first);
    EXPECT_EQ(issued.status, 200) << issued.error << issued.body;
    EXPECT_NE(agent_browser.jar().size(), 0U) << "no cookie was issued";
    HttpRequest second = first;
    if (!agent.empty()) {
        second.with("X-Test-Login", agent);
    }
    const HttpResponse begun = send_until_tracked(agent_browser, second);
    EXPECT_EQ(begun.status, 200) << begun.error << begun.body;
    std::string ref = ref_of(begun);
    if (ref.size() != 32) {
        throw std::runtime_error("no session began: status " + status_of(begun));
    }
    return ref;
}

std::vector<std::string> GatewayTest::begin_sessions(std::size_t count, const std::string& prefix,
                                                     const std::string& account) {
    std::vector<std::string> refs;
    Browser agent_browser = browser();
    for (std::size_t number = 0; number < count; ++number) {
        agent_browser.forget_cookies();
        refs.push_back(begin_session(agent_browser, prefix + std::to_string(number), account));
    }
    return refs;
}

std::vector<Connection*> GatewayTest::tabs_on_every_worker(Browser& agent_browser, std::size_t workers) {
    std::vector<Connection*> tabs;
    std::set<std::string> seen;
    for (int tries = 0; tries < 200 && seen.size() < workers; ++tries) {
        Connection& tab = agent_browser.open_tab();
        const HttpResponse response = agent_browser.send(navigation("/app"), tab);
        if (seen.insert(response.header("X-Worker").value_or("")).second) {
            tabs.push_back(&tab);
        }
    }
    EXPECT_EQ(seen.size(), workers) << "not every worker took a connection";
    return tabs;
}

std::string status_of(const HttpResponse& response) {
    return response.header("X-Status").value_or("(no answer)");
}

std::string ref_of(const HttpResponse& response) {
    return response.header("X-Ref").value_or("");
}

::testing::AssertionResult is_message_page(const HttpResponse& response) {
    const std::string type = response.header("Content-Type").value_or("");
    const std::string text = lower(response.body);
    if (response.status != 403 || type.rfind("text/html", 0) != 0 || !says(text, "closed") ||
        !says(text, "reload") || !says(text, "reactivate") || response.header("Agent-Session") != "ended") {
        return ::testing::AssertionFailure()
               << "not the message page: " << response.status << ' ' << response.error << ' ' << type << ' '
               << response.body.substr(0, 2000);
    }
    return ::testing::AssertionSuccess() << "the message page";
}

::testing::AssertionResult is_message_for_script(const HttpResponse& response) {
    const std::string type = response.header("Content-Type").value_or("");
    boost::system::error_code error;
    const boost::json::value problem = boost::json::parse(response.body, error);
    if (response.status != 403 || type.rfind("application/problem+json", 0) != 0 || error ||
        !problem.is_object() || text_of(problem.as_object(), "code") != "session_ended" ||
        text_of(problem.as_object(), "reactivate").empty() || response.header("Agent-Session") != "ended") {
        return ::testing::AssertionFailure()
               << "not the message for scripts: " << response.status << ' ' << response.error << ' ' << type
               << ' ' << response.body.substr(0, 1000);
    }
    return ::testing::AssertionSuccess() << "the message for scripts";
}

::testing::AssertionResult is_from_application(const HttpResponse& response) {
    if (response.status != 200 || !says(response.body, "<title>Application</title>")) {
        return ::testing::AssertionFailure() << "not the application's answer: " << response.status << ' '
                                             << response.error << ' ' << response.body.substr(0, 1000);
    }
    return ::testing::AssertionSuccess() << "the application's answer";
}

std::string button_target(const HttpResponse& page) {
    const auto mark = page.body.find("agent_session_reactivate=");
    if (mark == std::string::npos) {
        return "";
    }
    const auto begin = page.body.rfind('"', mark) + 1;
    return unescaped(page.body.substr(begin, page.body.find('"', mark) - begin));
}

}  // namespace agent_sessions::e2e
