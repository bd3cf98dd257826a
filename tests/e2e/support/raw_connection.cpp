#include "tests/e2e/support/raw_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace agent_sessions::e2e {

RawConnection::RawConnection(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        close(socket_);
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
}

RawConnection::~RawConnection() {
    if (socket_ >= 0) {
        close(socket_);
    }
}

bool RawConnection::send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawConnection::receive() {
    char buffer[65536];
    const ssize_t size = recv(socket_, buffer, sizeof(buffer), 0);
    received_.append(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
    return size > 0;
}

std::string RawConnection::read_answer() {
    for (;;) {
        const auto header_end = received_.find("\r\n\r\n");
        if (header_end != std::string::npos) {
            const auto at = received_.find("\r\nContent-Length: ");
            const std::size_t length =
                at < header_end ? std::strtoul(received_.c_str() + at + 18, nullptr, 10) : 0;
            const std::size_t whole = header_end + 4 + length;
            if (received_.size() >= whole) {
                std::string answer = received_.substr(0, whole);
                received_.erase(0, whole);
                return answer;
            }
        }
        if (!receive()) {
            return {};
        }
    }
}

bool RawConnection::receives(std::string_view text) {
    auto at = received_.find(text);
    while (at == std::string::npos) {
        if (!receive()) {
            return false;
        }
        at = received_.find(text);
    }
    received_.erase(0, at + text.size());
    return true;
}

bool RawConnection::ends_within(std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waited{socket_, POLLIN, 0};
        if (left.count() <= 0 || poll(&waited, 1, static_cast<int>(left.count())) == 0) {
            return false;
        }
        if (!receive()) {
            return true;
        }
    }
}

bool RawConnection::is_closed() {
    return received_.empty() && !receive() && received_.empty();
}

void RawConnection::abort() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(socket_);
    socket_ = -1;
}

int status_of_raw(const std::string& answer) {
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    return answer.rfind(kVersion, 0) == 0 ? std::atoi(answer.c_str() + kVersion.size()) : 0;
}

}  // namespace agent_sessions::e2e
