// An application whose answers take their time, for what is open when a session ends.
//
// Below its root: /socket (a websocket that sends every message back), /events (an event stream that ticks
// for ever), /download?ticks=N (N kilobytes, one a tick), /upload (answers once the whole body has come),
// /silent (never answers). A tick is 50 ms.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace agent_sessions::e2e {

class StreamServer {
  public:
    StreamServer();
    ~StreamServer();
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    // A location of the gateway that leads here, and what its http {} needs for it.
    std::string location() const;
    static std::string http();

    // How many requests are under way.
    std::size_t open() const { return open_; }

  private:
    struct Exchange {
        std::string received;
        bool has_begun = false;
        bool is_socket = false;
        bool ticks = false;
        std::string tick;
        long ticks_left = 0;
        std::size_t body_left = 0;
    };

    void serve();
    void accept_all();
    // false: the connection is over.
    bool read(int socket, Exchange& exchange);
    static bool begin(int socket, Exchange& exchange);
    static bool go_on(int socket, Exchange& exchange);
    static bool tick(int socket, Exchange& exchange);

    int listener_;
    int port_ = 0;
    std::map<int, Exchange> exchanges_;
    std::atomic<std::size_t> open_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

// What a browser sends to open a websocket at this place, and one message over it.
std::string websocket_request(std::string_view target, std::string_view cookie);
std::string websocket_message(std::string_view text);

}  // namespace agent_sessions::e2e
