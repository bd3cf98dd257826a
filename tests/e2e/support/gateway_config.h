// The configuration of the gateway under test: the README's, in pieces that a test changes before the start.
#pragma once

#include <map>
#include <string>

namespace agent_sessions::e2e {

// Name of the session cookie in all tests, unless a test says otherwise.
inline constexpr const char* kCookie = "agent_session";
inline constexpr const char* kZone = "floor";

struct GatewayConfig {
    GatewayConfig();

    // Replaces (or adds) a directive of the gateway's server, by its name; an empty value takes it out.
    GatewayConfig& set(const std::string& directive, const std::string& value);

    std::string text() const;

    bool with_module = true;
    bool daemon = true;
    std::string user = "www-data";
    std::string capacity = "1000";
    std::string zone_parameters = "run=@/run state=@/state";  // "@" stands for `prefix`
    std::string prefix;                                       // the server's
    std::string main;                                         // above events {}
    std::string http;                                         // in http {}
    std::string server;                                       // in the gateway's server {}
    std::string pass = "proxy_pass http://application;";      // what its location / {} leads by
    std::string location;                                     // in its location / {}
    std::string locations;                                    // more locations
    std::string admin = "write=on";
    std::map<std::string, std::string> directives;
    int workers = 2;
    int worker_connections = 1024;
    int port = 0;
    int https_port = 0;  // HTTP/2 over TLS; 0 = none, else conf/certificate.pem and conf/key.pem are needed
    int application_port = 0;
};

}  // namespace agent_sessions::e2e
