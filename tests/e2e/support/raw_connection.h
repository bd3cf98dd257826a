// HTTP/1.1 byte by byte, for what no library would send: half a request, a wrong one, an abort.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace agent_sessions::e2e {

class RawConnection {
  public:
    // To a port of 127.0.0.1.
    explicit RawConnection(int port);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    // false = the other side has closed.
    bool send(std::string_view text);
    // The next answer with its body, which must have a Content-Length; "" = the connection ended before it
    // was whole, or nothing came for 10 s.
    std::string read_answer();
    // Reads until this text has come, and takes it; false = the connection ended before, or nothing came.
    bool receives(std::string_view text);
    // Takes what comes until the other side closes; false = it did not within that time.
    bool ends_within(std::chrono::milliseconds time);
    // true: the other side has closed and sent nothing more.
    bool is_closed();
    // Ends the connection in the middle of whatever goes on (RST).
    void abort();

  private:
    bool receive();

    int socket_;
    std::string received_;
};

// Of an answer that read_answer() gave; 0 = none.
int status_of_raw(const std::string& answer);

}  // namespace agent_sessions::e2e
