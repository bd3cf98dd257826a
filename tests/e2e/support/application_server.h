// The application servers that people run behind nginx: Tomcat, php-fpm and express-session, each a process
// of its own on a loopback port.
//
// Their applications, in tests/applications, do the same: /app shows the session, POST /login?user=NAME
// renews the session's id and knows its user from then on, /logout gives the session up and clears its
// cookie, /logout?keep leaves the cookie as it is. Their answers tell the user in X-Agent-Id, the
// application's own id of the session in X-Session-Id, and the Cookie header that reached them in
// X-Cookies-Seen.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/e2e/support/files.h"

namespace agent_sessions::e2e {

struct ApplicationServerKind {
    std::string name;
    std::string cookie;  // the name of its session cookie, unless an application chose another
    // What starts it in the foreground, below a directory that holds its application.
    std::vector<std::string> (*command)(const std::filesystem::path& directory, int port);
    // What leads the gateway's location to the upstream "application".
    std::string (*pass)(const std::filesystem::path& directory);
};

std::vector<ApplicationServerKind> application_server_kinds();
void PrintTo(const ApplicationServerKind& kind, std::ostream* stream);

class ApplicationServer {
  public:
    // Waits until it serves; throws, with what it printed, when it does not.
    explicit ApplicationServer(const ApplicationServerKind& kind);
    // Ends it and all its processes; the test fails when it does not end by itself.
    ~ApplicationServer();
    ApplicationServer(const ApplicationServer&) = delete;
    ApplicationServer& operator=(const ApplicationServer&) = delete;

    int port() const { return port_; }
    std::string pass() const { return pass_; }
    std::string log() const { return read_file(directory_.path() / "log"); }

  private:
    void stop();

    Directory directory_;
    int port_;
    std::string pass_;
    pid_t process_;
};

}  // namespace agent_sessions::e2e
