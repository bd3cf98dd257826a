#include "tests/e2e/support/application.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <sstream>

#include "tests/e2e/support/http.h"

namespace agent_sessions::e2e {
namespace {

std::unique_ptr<Application>& slot() {
    static std::unique_ptr<Application> application;
    return application;
}

std::string place(const std::string& location, const std::string& headers, const std::string& answer) {
    return "location " + location +
           " {\n add_header X-Agent-Id \"$arg_login$http_x_test_login\" always;\n"
           " add_header X-Closed \"$arg_closed\" always;\n"
           " add_header X-Logout \"$arg_logout\" always;\n"
           " add_header Set-Cookie $http_x_test_set_cookie always;\n"
           " add_header Set-Cookie $http_x_test_set_cookie_too always;\n" +
           headers + " " + answer + "\n}\n";
}

std::string page(const std::string& text) {
    return "return 200 '<!doctype html><title>Application</title><p>" + text + "';";
}

std::string configuration(int port) {
    std::string text = geteuid() == 0 ? "user www-data;\n" : "";
    // One worker: the log is in order.
    text += R"(worker_processes 1;
pid logs/nginx.pid;
error_log logs/error.log info;
events { worker_connections 1024; }
http {
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    log_format seen '$request_method $request_uri cookie="$http_cookie"';
    access_log logs/access.log seen;
    default_type text/html;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:)" +
            std::to_string(port) + ";\n";
    text += place("/", "", page("This is $request_method $request_uri"));
    for (const char* code : {"401", "403", "407", "429"}) {
        text += place(std::string("= /refused/") + code, "", std::string("return ") + code + ";");
    }
    text += place("= /redirect", "", "return 302 /app;");
    text += place("= /unchanged", "add_header ETag '\"1\"';\n", "return 304;");
    text += place(
        "= /conditional", "",
        "set $condition \"$http_if_none_match$http_if_modified_since\"; if ($condition) { return 304; } " +
            page("whole"));
    text += place("= /broken", "", "return 500;");
    text += place("= /cached", "add_header Cache-Control 'public, max-age=60';\n", page("cached"));
    text += place("= /private", "add_header Cache-Control 'private, max-age=5';\n", page("private"));
    text += place("= /no-store", "add_header Cache-Control no-store;\n", page("not stored"));
    text += place("= /accelerated", "add_header X-Accel-Redirect /protected/page;\n", page("never seen"));
    text += place("= /allowed", "", "if ($arg_deny) { return 401; } return 204;");
    text += place("= /login-cookie", "add_header Set-Cookie 'application=7f; Path=/; HttpOnly';\n",
                  page("logged in"));
    return text + "}\n}\n";
}

}  // namespace

Application& Application::instance() {
    if (!slot()) {
        slot().reset(new Application());
    }
    return *slot();
}

void Application::shut_down() {
    slot().reset();
}

Application::Application() : port_(free_port()) {
    server_.configure(configuration(port_));
    server_.start(1);
}

std::size_t Application::mark() {
    // The line of a request that is answered already may be yet to come.
    wait_for_log();
    return server_.access_log().size();
}

void Application::wait_for_log() {
    static int count = 0;
    const std::string sentinel = "/sentinel/" + std::to_string(++count);
    const std::size_t before = server_.access_log().size();
    HttpRequest request;
    request.target = sentinel;
    Connection(Origin{port_}).send(request);
    const bool written =
        wait_until([&] { return server_.access_log().find(sentinel + " ", before) != std::string::npos; });
    EXPECT_TRUE(written) << "the application does not answer";
}

std::string Application::log_since(std::size_t mark) {
    wait_for_log();
    return server_.access_log().substr(mark);
}

std::vector<std::string> Application::requests_since(std::size_t mark) {
    std::istringstream lines(log_since(mark));
    std::vector<std::string> requests;
    std::string line;
    while (std::getline(lines, line)) {
        const std::string request = line.substr(0, line.find(" cookie=\""));
        if (request.find("/sentinel/") == std::string::npos) {
            requests.push_back(request);
        }
    }
    return requests;
}

}  // namespace agent_sessions::e2e
