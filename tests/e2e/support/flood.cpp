#include "tests/e2e/support/flood.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace agent_sessions::e2e {
namespace {

constexpr std::size_t kBatch = 64;
// So that every worker gets its share.
constexpr std::size_t kPerConnection = 5000;

sockaddr_in loopback(std::uint32_t number, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
    return address;
}

// From the loopback address of this number.
int connect_to(int port, std::uint32_t number) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in own = loopback(number, 0);
    const sockaddr_in address = loopback(0, port);
    timeval patience{60, 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    bind(connection, reinterpret_cast<const sockaddr*>(&own), sizeof(own));
    connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    return connection;
}

bool send_all(int connection, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Takes one whole answer off the front; 0 = it is not whole yet.
int take_answer(std::string& received) {
    const auto header_end = received.find("\r\n\r\n");
    if (header_end == std::string::npos) {
        return 0;
    }
    std::size_t length = 0;
    if (const auto at = received.find("\r\nContent-Length: "); at < header_end) {
        length = static_cast<std::size_t>(std::strtoul(received.c_str() + at + 18, nullptr, 10));
    }
    const std::size_t whole = header_end + 4 + length;
    if (received.size() < whole) {
        return 0;
    }
    const int status = std::atoi(received.c_str() + std::string_view("HTTP/1.1 ").size());
    received.erase(0, whole);
    return status;
}

}  // namespace

std::map<int, std::size_t> flood(int port, const std::string& request, std::size_t count) {
    return flood(
        port, [&request](std::size_t) { return request; }, count, 1);
}

std::map<int, std::size_t> flood(int port, const FloodRequest& request, std::size_t count,
                                 std::size_t addresses) {
    std::map<int, std::size_t> answers;
    std::size_t done = 0;
    const std::size_t per_connection =
        std::clamp<std::size_t>(count / std::max<std::size_t>(addresses, 1), 1, kPerConnection);
    for (std::uint32_t address = 0; done < count; address = (address + 1) % addresses) {
        const int connection = connect_to(port, address);
        std::string received;
        const std::size_t until = std::min(count, done + per_connection);
        while (done < until) {
            const std::size_t batch = std::min(kBatch, until - done);
            std::string requests;
            for (std::size_t number = 0; number < batch; ++number) {
                requests += request(done + number);
            }
            bool broken = !send_all(connection, requests);
            for (std::size_t number = 0; number < batch && !broken;) {
                if (const int status = take_answer(received); status != 0) {
                    ++answers[status];
                    ++number;
                    continue;
                }
                char buffer[65536];
                const ssize_t size = recv(connection, buffer, sizeof(buffer), 0);
                broken = size <= 0;
                received.append(buffer, broken ? 0 : static_cast<std::size_t>(size));
            }
            if (broken) {
                ++answers[0];
                close(connection);
                return answers;
            }
            done += batch;
        }
        close(connection);
    }
    return answers;
}

}  // namespace agent_sessions::e2e
