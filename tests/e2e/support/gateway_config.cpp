#include "tests/e2e/support/gateway_config.h"

#include <unistd.h>

#include "tests/e2e/support/nginx_server.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kHttp = R"(    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    default_type text/html;
    keepalive_requests 1000000;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
)";

// What the tests see of the decision on each request.
constexpr const char* kSeen = R"(        add_header X-Worker $pid always;
        add_header X-Status $agent_session_status always;
        add_header X-Ref $agent_session_ref always;
        add_header X-Agent $agent_session_agent always;
        add_header X-Account $agent_session_account always;
        add_header X-Start $agent_session_start always;
)";

std::string in_prefix(std::string text, const std::string& prefix) {
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + prefix.size())) {
        text.replace(at, 1, prefix);
    }
    return text;
}

std::string listen(int port, const char* parameters) {
    return port == 0 ? "" : "        listen 127.0.0.1:" + std::to_string(port) + parameters + ";\n";
}

}  // namespace

GatewayConfig::GatewayConfig() {
    set("agent_sessions", kZone);
    set("agent_sessions_cookie", kCookie);
    set("agent_sessions_account", "$http_x_test_account");
    set("agent_sessions_agent", "$upstream_http_x_agent_id");
    set("agent_sessions_interaction", "$arg_interaction $arg_instance");
    set("agent_sessions_label", "$http_x_test_label");
}

GatewayConfig& GatewayConfig::set(const std::string& directive, const std::string& value) {
    if (value.empty()) {
        directives.erase(directive);
    } else {
        directives[directive] = value;
    }
    return *this;
}

std::string GatewayConfig::text() const {
    std::string text;
    if (with_module) {
        text += "load_module " + module_file().string() + ";\n";
    }
    if (geteuid() == 0 && !user.empty()) {
        text += "user " + user + ";\n";
    }
    text += "worker_processes " + std::to_string(workers) + ";\n";
    text += daemon ? "daemon on;\n" : "daemon off;\n";
    text += "pid logs/nginx.pid;\nerror_log logs/error.log info;\n" + main;
    // nginx hands nothing else of its environment on to the master of a binary upgrade.
    if (!preloaded_library().empty()) {
        text += "env LD_PRELOAD;\nenv ASAN_OPTIONS;\nenv LSAN_OPTIONS;\nenv UBSAN_OPTIONS;\n";
    }
    text += "events { worker_connections " + std::to_string(worker_connections) + "; }\nhttp {\n" +
            std::string(kHttp);
    if (!with_module) {
        text += "    access_log logs/access.log;\n";
    } else {
        text +=
            "    log_format seen '$status $request_method $request_uri session=$agent_session_ref "
            "status=$agent_session_status';\n    access_log logs/access.log seen;\n";
        text += "    agent_sessions_zone " + std::string(kZone) + " capacity=" + capacity + " " +
                in_prefix(zone_parameters, prefix) + ";\n";
    }
    text += http;
    text += "    upstream application { server 127.0.0.1:" + std::to_string(application_port) +
            "; keepalive 32; }\n";
    text += "    server {\n" + listen(port, "") + listen(https_port, " ssl http2");
    if (https_port != 0) {
        text += "        ssl_certificate certificate.pem;\n        ssl_certificate_key key.pem;\n";
    }
    if (with_module) {
        for (const auto& [directive, value] : directives) {
            text += "        " + directive + " " + value + ";\n";
        }
        text += kSeen;
    }
    text += server;
    text += "        location / {\n            " + pass + "\n" + location + "        }\n";
    text += locations;
    if (with_module) {
        text += "        location /admin/ {\n            agent_sessions_admin " + std::string(kZone) + " " +
                admin +
                ";\n            agent_sessions_admin_account $http_x_test_accounts;\n"
                "            agent_sessions_admin_role $http_x_test_role;\n"
                "            agent_sessions_admin_user $http_x_test_user;\n        }\n";
    }
    return text + "    }\n}\n";
}

}  // namespace agent_sessions::e2e
