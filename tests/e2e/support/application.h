// The agent application behind the gateway: an nginx of its own that writes down every request it gets.
//
// It answers 200 with a page that names the request. "login" in the query, or the header X-Test-Login, comes
// back as X-Agent-Id, like an application that knows its agent, "closed" as X-Closed and "logout" as
// X-Logout. The headers X-Test-Set-Cookie and X-Test-Set-Cookie-Too come back as Set-Cookie. Special places:
// /refused/401 (403, 407), /redirect, /unchanged (304), /conditional (304 to any condition), /broken (500),
// /cached, /private, /no-store, /accelerated (X-Accel-Redirect: /protected/page), /allowed (204, or 401 with
// ?deny=1), /login-cookie (sets a cookie of its own).
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/nginx_server.h"

namespace agent_sessions::e2e {

class Application {
  public:
    // The one application of this run, started at the first call.
    static Application& instance();
    static void shut_down();

    int port() const { return port_; }

    // A place in the log, for requests_since().
    std::size_t mark();
    // The requests that arrived since then, "METHOD URI" each. Waits until all that were answered are
    // written.
    std::vector<std::string> requests_since(std::size_t mark);
    std::string log_since(std::size_t mark);

  private:
    Application();
    void wait_for_log();

    int port_;
    NginxServer server_;
};

}  // namespace agent_sessions::e2e
