#include "tests/e2e/support/stream_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace agent_sessions::e2e {
namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
constexpr std::size_t kKilobyte = 1024;

std::string field(const std::string& header, const std::string& name) {
    const auto at = header.find("\r\n" + name + ": ");
    if (at == std::string::npos) {
        return "";
    }
    const auto begin = at + name.size() + 4;
    return header.substr(begin, header.find("\r\n", begin) - begin);
}

bool send_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// RFC 6455, 4.2.2.
std::string accept_value(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    unsigned char encoded[64];
    const int length = EVP_EncodeBlock(encoded, digest, sizeof(digest));
    return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length)};
}

// Short frames only: two bytes, four of the mask where it is a client's, the text.
constexpr unsigned char kFinalText = 0x81;
constexpr unsigned char kMasked = 0x80;
constexpr std::size_t kMaskBytes = 4;

}  // namespace

StreamServer::StreamServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("the stream server can't listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

StreamServer::~StreamServer() {
    stopping_ = true;
    thread_.join();
    for (const auto& [socket, exchange] : exchanges_) {
        close(socket);
    }
    close(listener_);
}

std::string StreamServer::http() {
    return "    map $http_upgrade $connection_of_upgrade { default upgrade; '' ''; }\n";
}

std::string StreamServer::location() const {
    return "        location /stream/ {\n            proxy_pass http://127.0.0.1:" + std::to_string(port_) +
           "/;\n            proxy_set_header Upgrade $http_upgrade;\n"
           "            proxy_set_header Connection $connection_of_upgrade;\n"
           "            proxy_buffering off;\n            proxy_request_buffering off;\n"
           "            client_max_body_size 0;\n        }\n";
}

void StreamServer::serve() {
    auto next_tick = std::chrono::steady_clock::now() + kTick;
    while (!stopping_) {
        std::vector<pollfd> waited{{listener_, POLLIN, 0}};
        for (const auto& [socket, exchange] : exchanges_) {
            waited.push_back({socket, POLLIN, 0});
        }
        poll(waited.data(), waited.size(), 10);
        std::vector<int> over;
        for (std::size_t index = 1; index < waited.size(); ++index) {
            const int socket = waited[index].fd;
            if (waited[index].revents != 0 && !read(socket, exchanges_.at(socket))) {
                over.push_back(socket);
            }
        }
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_tick) {
            next_tick = now + kTick;
            for (auto& [socket, exchange] : exchanges_) {
                if (exchange.ticks && !tick(socket, exchange)) {
                    over.push_back(socket);
                }
            }
        }
        for (const int socket : over) {
            if (exchanges_.erase(socket) != 0) {
                close(socket);
            }
        }
        accept_all();
        open_ = exchanges_.size();
    }
}

void StreamServer::accept_all() {
    for (int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); socket >= 0;
         socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) {
        exchanges_[socket] = {};
    }
}

bool StreamServer::read(int socket, Exchange& exchange) {
    char buffer[65536];
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    if (size <= 0) {
        return false;
    }
    exchange.received.append(buffer, static_cast<std::size_t>(size));
    if (!exchange.has_begun && exchange.received.find("\r\n\r\n") != std::string::npos &&
        !begin(socket, exchange)) {
        return false;
    }
    return !exchange.has_begun || go_on(socket, exchange);
}

bool StreamServer::begin(int socket, Exchange& exchange) {
    const auto end = exchange.received.find("\r\n\r\n") + 4;
    const std::string header = exchange.received.substr(0, end);
    exchange.received.erase(0, end);
    exchange.has_begun = true;
    const auto path_begin = header.find('/');
    const std::string path = header.substr(path_begin, header.find(' ', path_begin) - path_begin);
    if (path.starts_with("/socket")) {
        exchange.is_socket = true;
        return send_all(socket,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: " +
                            accept_value(field(header, "Sec-WebSocket-Key")) + "\r\n\r\n");
    }
    if (path.starts_with("/events")) {
        exchange.ticks = true;
        exchange.ticks_left = -1;
        exchange.tick = "data: tick\n\n";
        return send_all(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    }
    if (path.starts_with("/download")) {
        exchange.ticks = true;
        exchange.ticks_left = std::atol(path.c_str() + path.find("ticks=") + 6);
        exchange.tick = std::string(kKilobyte, 'd');
        return send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                    std::to_string(exchange.ticks_left * long{kKilobyte}) + "\r\n\r\n");
    }
    if (path.starts_with("/upload")) {
        exchange.body_left = std::strtoul(field(header, "Content-Length").c_str(), nullptr, 10);
    }
    return true;
}

bool StreamServer::go_on(int socket, Exchange& exchange) {
    std::string& received = exchange.received;
    if (exchange.is_socket) {
        while (received.size() > 2 + kMaskBytes) {
            const auto length = static_cast<std::size_t>(static_cast<unsigned char>(received[1]) & ~kMasked);
            if (received.size() < 2 + kMaskBytes + length) {
                break;
            }
            const std::string text = received.substr(2 + kMaskBytes, length);
            received.erase(0, 2 + kMaskBytes + length);
            const char head[] = {static_cast<char>(kFinalText), static_cast<char>(length)};
            if (!send_all(socket, std::string(head, 2) + text)) {
                return false;
            }
        }
        return true;
    }
    if (exchange.body_left > 0) {
        exchange.body_left -= std::min(exchange.body_left, received.size());
        if (exchange.body_left == 0) {
            return send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole");
        }
    }
    received.clear();
    return true;
}

bool StreamServer::tick(int socket, Exchange& exchange) {
    if (exchange.ticks_left == 0) {
        exchange.ticks = false;
        return true;
    }
    --exchange.ticks_left;
    return send_all(socket, exchange.tick);
}

std::string websocket_request(std::string_view target, std::string_view cookie) {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-Fetch-Mode: websocket\r\nSec-Fetch-Dest: websocket\r\n" +
           (cookie.empty() ? "" : "Cookie: " + std::string(cookie) + "\r\n") + "\r\n";
}

// The mask is four zero bytes, so that the text stands as it is.
std::string websocket_message(std::string_view text) {
    const char head[] = {static_cast<char>(kFinalText), static_cast<char>(kMasked | text.size()), 0, 0, 0, 0};
    return std::string(head, sizeof(head)) + std::string(text);
}

}  // namespace agent_sessions::e2e
