#include "tests/e2e/support/application_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ostream>
#include <stdexcept>

#include "tests/e2e/support/nginx_server.h"
#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {
namespace {

namespace fs = std::filesystem;

// A Java machine on a busy one.
constexpr std::chrono::seconds kStartPatience{60};

// A place for the server to write in. Its workers may be another user's, who need not be able to enter the
// sources.
void copy_application(const char* name, const fs::path& directory) {
    fs::copy(fs::path("tests/applications") / name, directory, fs::copy_options::recursive);
}

std::string proxy_pass(const fs::path&) {
    return "proxy_pass http://application;";
}

std::vector<std::string> tomcat(const fs::path& directory, int port) {
    const fs::path home = "/usr/share/tomcat10";
    copy_application("tomcat", directory);
    fs::create_directory(directory / "temp");
    return {"java",
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            (home / "bin/bootstrap.jar").string() + ":" + (home / "bin/tomcat-juli.jar").string(),
            "-Dcatalina.home=" + home.string(),
            "-Dcatalina.base=" + directory.string(),
            "-Djava.io.tmpdir=" + (directory / "temp").string(),
            "-Dapplication.port=" + std::to_string(port),
            "org.apache.catalina.startup.Bootstrap",
            "start"};
}

// Debian names the program after its version.
fs::path php_fpm() {
    for (const auto& entry : fs::directory_iterator("/usr/sbin")) {
        if (entry.path().filename().string().rfind("php-fpm", 0) == 0) {
            return entry.path();
        }
    }
    throw std::runtime_error("there is no php-fpm in /usr/sbin");
}

std::vector<std::string> php(const fs::path& directory, int port) {
    copy_application("php", directory);
    fs::create_directory(directory / "sessions");
    fs::permissions(directory / "sessions", fs::perms(0777));
    return {"env",
            "APPLICATION_PORT=" + std::to_string(port),
            "APPLICATION_DIRECTORY=" + directory.string(),
            php_fpm().string(),
            "--no-php-ini",
            "--nodaemonize",
            "--fpm-config",
            (directory / "php-fpm.conf").string()};
}

std::string php_pass(const fs::path& directory) {
    std::string text =
        "fastcgi_pass application; fastcgi_param SCRIPT_FILENAME " + (directory / "index.php").string() + ";";
    for (const char* parameter :
         {"REQUEST_METHOD $request_method", "REQUEST_URI $request_uri", "QUERY_STRING $query_string",
          "CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length"}) {
        text += std::string(" fastcgi_param ") + parameter + ";";
    }
    return text;
}

std::vector<std::string> express(const fs::path&, int port) {
    return {"node", "tests/applications/express/server.mjs", std::to_string(port)};
}

bool listens(int port) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    close(connection);
    return connected;
}

}  // namespace

std::vector<ApplicationServerKind> application_server_kinds() {
    return {{"Tomcat", "JSESSIONID", tomcat, proxy_pass},
            {"Php", "PHPSESSID", php, php_pass},
            {"Express", "connect.sid", express, proxy_pass}};
}

void PrintTo(const ApplicationServerKind& kind, std::ostream* stream) {
    *stream << kind.name;
}

ApplicationServer::ApplicationServer(const ApplicationServerKind& kind)
    : port_(free_port()),
      pass_(kind.pass(directory_.path())),
      process_(start_command(kind.command(directory_.path(), port_), directory_.path() / "log")) {
    const bool ready = wait_until([&] { return listens(port_) || !is_running(process_); }, kStartPatience) &&
                       is_running(process_);
    if (!ready) {
        stop();
        throw std::runtime_error(kind.name + " did not start:\n" + log());
    }
}

ApplicationServer::~ApplicationServer() {
    stop();
}

void ApplicationServer::stop() {
    const std::vector<pid_t> children = children_of(process_);
    kill(process_, SIGTERM);
    const bool ended = wait_until([&] { return waitpid(process_, nullptr, WNOHANG) != 0; }) &&
                       wait_until([&] { return std::none_of(children.begin(), children.end(), is_running); });
    if (!ended) {
        ADD_FAILURE() << "the application server did not end:\n" << log();
        kill(process_, SIGKILL);
        std::for_each(children.begin(), children.end(), [](pid_t child) { kill(child, SIGKILL); });
        waitpid(process_, nullptr, 0);
    }
}

}  // namespace agent_sessions::e2e
