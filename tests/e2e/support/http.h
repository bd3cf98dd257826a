// Requests and answers, and a connection that carries them (libcurl). Nothing is sent that a test did not
// write: no cookies, no Accept, no Content-Type of the library's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent_sessions::e2e {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string target = "/";
    std::string method = "GET";
    Headers headers;
    std::optional<std::string> body;

    HttpRequest& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    HttpRequest& without(std::string_view name);
};

struct HttpResponse {
    long status = 0;  // 0 = no answer, see error
    std::string error;
    Headers headers;
    std::string body;
    long new_connections = 0;  // 0: came over the connection that was open already
    bool http2 = false;

    // Names are compared without case. Values of the first, or of all headers of the name.
    std::optional<std::string> header(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
};

enum class Protocol { http1, https };  // https speaks HTTP/2

// Where requests go to.
struct Origin {
    int port = 0;
    Protocol protocol = Protocol::http1;

    std::string url(std::string_view target) const;
};

// One connection that is kept alive between requests. Thread safety: one thread at a time.
class Connection {
  public:
    explicit Connection(Origin origin);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    HttpResponse send(const HttpRequest& request);
    const Origin& origin() const;

  private:
    friend class Multiplexed;
    struct State;
    std::unique_ptr<State> state_;
};

// Requests that are under way at the same time, on one connection where the protocol is HTTP/2. It is kept
// alive between calls. Answers stand in the requests' order.
class Multiplexed {
  public:
    explicit Multiplexed(Origin origin);
    ~Multiplexed();
    Multiplexed(const Multiplexed&) = delete;
    Multiplexed& operator=(const Multiplexed&) = delete;

    std::vector<HttpResponse> send(const std::vector<HttpRequest>& requests);

  private:
    Origin origin_;
    void* multi_;  // libcurl's CURLM
};

// The same over a connection of its own.
std::vector<HttpResponse> send_together(const std::vector<HttpRequest>& requests, Origin origin);

// Request kinds as browsers send them. With Sec-Fetch-*: Chromium on https or localhost.
HttpRequest navigation(std::string target);          // a click or the address bar: Sec-Fetch-User is there
HttpRequest navigation_by_page(std::string target);  // the page moved by itself: no Sec-Fetch-User
HttpRequest plain_navigation(std::string target);  // plain http that is not localhost: no Sec-Fetch-* at all
HttpRequest frame_navigation(std::string target);
HttpRequest script_call(std::string target);
HttpRequest plain_script_call(std::string target);  // fetch() without Sec-Fetch-*: Accept is */*
HttpRequest image(std::string target);
HttpRequest form_post(std::string target, std::string body);
HttpRequest cross_site_post(std::string target, std::string body);
HttpRequest prefetch(std::string target);

}  // namespace agent_sessions::e2e
