// pace NAME=VALUE...: asks at a steady rate, whatever the answers take, and tells how long they took.
//
//   port, target     of 127.0.0.1, and the path
//   rate             requests a second (2000)
//   connections      kept open (16)
//   seconds          how long, at most (10); SIGTERM ends it sooner
//   cookies, count   file of cookies' values of equal length, one a line, and how many there are; sent at
//   random
//
// Prints one line of JSON, in microseconds from the instant at which a request was due to the end of its
// answer, so that a server which stands still is charged for all who wait meanwhile. A connection that the
// server closes is opened anew, and its request asked again.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/programs/cookie_file.h"
#include "bench/programs/main.h"

namespace agent_sessions::bench {
namespace {

using Microseconds = std::int64_t;

constexpr Microseconds kSecond = 1'000'000;
constexpr Microseconds kLastAnswers = 5 * kSecond;

volatile std::sig_atomic_t is_stopped = 0;

Microseconds monotonic() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return Microseconds{now.tv_sec} * kSecond + now.tv_nsec / 1000;
}

// The requests' texts, with a cookie chosen at random where there are cookies.
class Requests {
  public:
    explicit Requests(const Options& options)
        : head_("GET " + options.text("target") +
                " HTTP/1.1\r\nHost: bench.test\r\nAccept: application/json\r\n"),
          count_(options.number("count", 0)) {
        if (count_ > 0) {
            cookies_.emplace(options.text("cookies"), count_);
        }
    }

    std::string next() {
        if (count_ == 0) {
            return head_ + "\r\n";
        }
        const std::uint64_t number = std::uniform_int_distribution<std::uint64_t>(0, count_ - 1)(random_);
        return std::string(head_)
            .append("Cookie: agent_session=")
            .append((*cookies_)[number])
            .append("\r\n\r\n");
    }

  private:
    std::string head_;
    std::uint64_t count_;
    std::optional<CookieFile> cookies_;
    std::mt19937_64 random_{1};
};

struct Connection {
    int descriptor = -1;
    Microseconds due = 0;  // of the request that is under way; 0 = none
    std::string request;
    std::string answer;
};

// Whole: the header, and as much body as it says.
bool is_whole(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) {
        return false;
    }
    const std::size_t field = answer.find("Content-Length: ");
    const std::size_t body = field < end ? std::stoul(answer.substr(field + 16, 20)) : 0;
    return answer.size() >= end + 4 + body;
}

class Pacer {
  public:
    explicit Pacer(const Options& options)
        : requests_(options),
          port_(static_cast<std::uint16_t>(options.number("port", 0))),
          interval_(kSecond / static_cast<Microseconds>(options.number("rate", 2000))),
          length_(static_cast<Microseconds>(options.number("seconds", 10)) * kSecond),
          poll_(::epoll_create1(EPOLL_CLOEXEC)),
          connections_(options.number("connections", 16)) {
        for (Connection& connection : connections_) {
            open(connection);
        }
    }

    void run() {
        Microseconds next = monotonic();
        const Microseconds end = next + length_;
        for (Microseconds now = next; now < end && is_stopped == 0; now = monotonic()) {
            next = note_due(next, now);
            send_waiting();
            take_answers(std::max<Microseconds>(next - monotonic(), 0));
        }
        note_due(next, std::min(monotonic(), end - 1));
        const Microseconds patience = monotonic() + kLastAnswers;
        while (under_way_ + waiting_.size() > 0 && monotonic() < patience) {
            send_waiting();
            take_answers(1000);
        }
        lost_ = under_way_ + waiting_.size();
    }

    void print() {
        std::sort(latencies_.begin(), latencies_.end());
        std::cout << R"({"requests":)" << latencies_.size() << R"(,"lost":)" << lost_ << R"(,"refused":)"
                  << refused_ << R"(,"reopened":)" << reopened_ << R"(,"p50_us":)" << at(0.5)
                  << R"(,"p99_us":)" << at(0.99) << R"(,"p999_us":)" << at(0.999) << R"(,"worst_us":)"
                  << at(1) << "}\n";
    }

  private:
    // Returns when the next one is due.
    Microseconds note_due(Microseconds next, Microseconds now) {
        for (; next <= now; next += interval_) {
            waiting_.push_back(next);
        }
        return next;
    }

    Microseconds at(double share) const {
        if (latencies_.empty()) {
            return 0;
        }
        const auto last = static_cast<double>(latencies_.size() - 1);
        return latencies_[static_cast<std::size_t>(last * share)];
    }

    void open(Connection& connection) {
        connection.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(connection.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
            throw std::runtime_error("nobody listens on the port");
        }
        const int yes = 1;
        ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.descriptor, &event);
    }

    void reopen(Connection& connection) {
        ::close(connection.descriptor);
        ++reopened_;
        connection.answer.clear();
        open(connection);
        if (connection.due != 0) {
            write(connection);
        }
    }

    void write(const Connection& connection) const {
        // A connection that broke is seen when it is read.
        [[maybe_unused]] const ssize_t sent =
            ::send(connection.descriptor, connection.request.data(), connection.request.size(), MSG_NOSIGNAL);
    }

    void send_waiting() {
        for (Connection& connection : connections_) {
            if (waiting_.empty()) {
                return;
            }
            if (connection.due == 0) {
                connection.due = waiting_.front();
                waiting_.pop_front();
                ++under_way_;
                connection.request = requests_.next();
                write(connection);
            }
        }
    }

    void take_answers(Microseconds longest) {
        std::array<epoll_event, 64> events{};
        const timespec wait{longest / kSecond, longest % kSecond * 1000};
        const int count = ::epoll_pwait2(poll_, events.data(), events.size(), &wait, nullptr);
        for (int index = 0; index < count; ++index) {
            take(*static_cast<Connection*>(events[static_cast<std::size_t>(index)].data.ptr));
        }
    }

    void take(Connection& connection) {
        std::array<char, 16384> bytes{};
        const ssize_t length = ::recv(connection.descriptor, bytes.data(), bytes.size(), 0);
        if (length <= 0) {
            reopen(connection);
            return;
        }
        connection.answer.append(bytes.data(), static_cast<std::size_t>(length));
        if (connection.due == 0 || !is_whole(connection.answer)) {
            return;
        }
        latencies_.push_back(monotonic() - connection.due);
        if (!connection.answer.starts_with("HTTP/1.1 2")) {
            ++refused_;
        }
        connection.due = 0;
        connection.answer.clear();
        --under_way_;
    }

    Requests requests_;
    std::uint16_t port_;
    Microseconds interval_;
    Microseconds length_;
    int poll_;
    std::vector<Connection> connections_;
    std::deque<Microseconds> waiting_;
    std::size_t under_way_ = 0;
    std::size_t lost_ = 0;
    std::size_t refused_ = 0;
    std::size_t reopened_ = 0;
    std::vector<Microseconds> latencies_;
};

int run(const Options& options) {
    ::prctl(PR_SET_TIMERSLACK, 1);
    std::signal(SIGTERM, [](int /*signal*/) { is_stopped = 1; });
    Pacer pacer(options);
    pacer.run();
    pacer.print();
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace agent_sessions::bench

int main(int count, char** arguments) {
    using namespace agent_sessions::bench;
    return main_of(std::span(arguments, static_cast<std::size_t>(count)), run);
}
