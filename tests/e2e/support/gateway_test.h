// The fixture of most tests: a gateway in front of the application, agents' browsers, and admins.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/support/admin_client.h"
#include "tests/e2e/support/application.h"
#include "tests/e2e/support/browser.h"
#include "tests/e2e/support/gateway_config.h"
#include "tests/e2e/support/nginx_server.h"

namespace agent_sessions::e2e {

class GatewayTest : public ::testing::Test {
  protected:
    GatewayTest();

    // Gives the configuration to nginx and starts it; the test ends here when that fails. Several times: see
    // restart.
    void start();
    // Puts a changed `config` into effect.
    void reload();

    Origin origin() const { return {config.port, Protocol::http1}; }
    Origin https_origin() const { return {config.https_port, Protocol::https}; }
    // Adds a TLS port, which speaks HTTP/2, with a certificate made for this test.
    void use_tls();

    Browser browser() const { return Browser(origin()); }
    AdminClient admin(const std::string& accounts = "*", const std::string& role = "admin") const;

    // Whoever meets a table that is busy passes untracked; the next request does what that one could not.
    static HttpResponse send_until_tracked(Browser& agent_browser, const HttpRequest& request);

    // Begins a session: the first navigation brings the cookie, the second begins with it. Gives the ref.
    // `agent` empty = Guest.
    std::string begin_session(Browser& agent_browser, const std::string& agent = "",
                              const std::string& account = "default");
    // As many sessions as asked for, over one connection; agents are named by `prefix` and a number from 0
    // on.
    std::vector<std::string> begin_sessions(std::size_t count, const std::string& prefix,
                                            const std::string& account = "default");

    // Connections of the browser to at least two workers, so that "any worker" is tried.
    std::vector<Connection*> tabs_on_every_worker(Browser& agent_browser, std::size_t workers = 2);

    GatewayConfig config;
    Application& application;
    NginxServer server;
};

// The state of the session as nginx saw it for this request: "ACTIVE", "ENDED", …
std::string status_of(const HttpResponse& response);
std::string ref_of(const HttpResponse& response);

// Whether the answer is the message to an agent whose session was closed: the page for a navigation …
::testing::AssertionResult is_message_page(const HttpResponse& response);
// … or the problem document for a script.
::testing::AssertionResult is_message_for_script(const HttpResponse& response);
// Whether the answer is the application's own for this request.
::testing::AssertionResult is_from_application(const HttpResponse& response);

// Where the page's button leads, as path and query; empty = there is none.
std::string button_target(const HttpResponse& page);

}  // namespace agent_sessions::e2e
