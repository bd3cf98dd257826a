#include "tests/e2e/support/http.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <stdexcept>

namespace agent_sessions::e2e {
namespace {

constexpr long kTimeoutSeconds = 20;

bool same_name(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

bool has_header(const HttpRequest& request, std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& header) { return same_name(header.first, name); });
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* response) {
    static_cast<HttpResponse*>(response)->body.append(data, size * count);
    return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* response) {
    const std::string_view line(data, size * count);
    auto& headers = static_cast<HttpResponse*>(response)->headers;
    if (line.substr(0, 5) == "HTTP/") {
        headers.clear();
        return line.size();
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        std::string_view value = line.substr(colon + 1);
        const auto first = value.find_first_not_of(" \t\r\n");
        const auto last = value.find_last_not_of(" \t\r\n");
        value = first == std::string_view::npos ? std::string_view() : value.substr(first, last - first + 1);
        headers.emplace_back(line.substr(0, colon), value);
    }
    return line.size();
}

std::vector<std::string> header_lines(const HttpRequest& request) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : request.headers) {
        // curl drops "Name:" and sends "Name;" as an empty header.
        lines.push_back(value.empty() ? name + ";" : name + ": " + value);
    }
    for (const char* name : {"Accept", "Content-Type", "Expect"}) {
        if (!has_header(request, name)) {
            lines.push_back(std::string(name) + ":");
        }
    }
    return lines;
}

class Transfer {
  public:
    explicit Transfer(CURL* curl) : curl_(curl) {}
    ~Transfer() { curl_slist_free_all(lines_); }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    void prepare(const HttpRequest& request, const Origin& origin) {
        curl_easy_reset(curl_);
        url_ = origin.url(request.target);
        for (const std::string& line : header_lines(request)) {
            lines_ = curl_slist_append(lines_, line.c_str());
        }
        curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(curl_, CURLOPT_PROXY, "");
        curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
        curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl_, CURLOPT_TIMEOUT, kTimeoutSeconds);
        curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, lines_);
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &response);
        curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &response);
        curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 0L);
        set_version(origin.protocol);
        set_method(request);
    }

    HttpResponse finish(CURLcode code) {
        if (code != CURLE_OK) {
            response.error = curl_easy_strerror(code);
            return std::move(response);
        }
        long version = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &response.status);
        curl_easy_getinfo(curl_, CURLINFO_NUM_CONNECTS, &response.new_connections);
        curl_easy_getinfo(curl_, CURLINFO_HTTP_VERSION, &version);
        response.http2 = version == CURL_HTTP_VERSION_2_0;
        return std::move(response);
    }

    CURL* curl() const { return curl_; }

    HttpResponse response;

  private:
    void set_version(Protocol protocol) {
        const long version = protocol == Protocol::https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
        curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, version);
        curl_easy_setopt(curl_, CURLOPT_PIPEWAIT, 1L);
    }

    void set_method(const HttpRequest& request) {
        if (request.method == "HEAD") {
            curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
            return;
        }
        if (request.body) {
            curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
            curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, request.body->c_str());
        }
        if (request.method != "GET" || request.body) {
            method_ = request.method;
            curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method_.c_str());
        }
    }

    CURL* curl_;
    curl_slist* lines_ = nullptr;
    std::string url_;
    std::string method_;
};

HttpRequest fetch_request(std::string target, const char* mode, const char* destination) {
    HttpRequest request;
    request.target = std::move(target);
    return request.with("Sec-Fetch-Site", "same-origin")
        .with("Sec-Fetch-Mode", mode)
        .with("Sec-Fetch-Dest", destination);
}

}  // namespace

HttpRequest& HttpRequest::without(std::string_view name) {
    headers.erase(std::remove_if(headers.begin(), headers.end(),
                                 [&](const auto& header) { return same_name(header.first, name); }),
                  headers.end());
    return *this;
}

std::optional<std::string> HttpResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) {
            return value;
        }
    }
    return std::nullopt;
}

std::vector<std::string> HttpResponse::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) {
            values.push_back(value);
        }
    }
    return values;
}

std::string Origin::url(std::string_view target) const {
    return std::string(protocol == Protocol::https ? "https" : "http") +
           "://127.0.0.1:" + std::to_string(port) + std::string(target);
}

struct Connection::State {
    explicit State(Origin place) : origin(place), curl(curl_easy_init()) {
        if (curl == nullptr) {
            throw std::runtime_error("libcurl does not work");
        }
    }
    ~State() { curl_easy_cleanup(curl); }

    Origin origin;
    CURL* curl;
};

Connection::Connection(Origin origin) : state_(std::make_unique<State>(origin)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

const Origin& Connection::origin() const {
    return state_->origin;
}

HttpResponse Connection::send(const HttpRequest& request) {
    Transfer transfer(state_->curl);
    transfer.prepare(request, state_->origin);
    return transfer.finish(curl_easy_perform(state_->curl));
}

Multiplexed::Multiplexed(Origin origin) : origin_(origin), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
}

Multiplexed::~Multiplexed() {
    curl_multi_cleanup(multi_);
}

std::vector<HttpResponse> send_together(const std::vector<HttpRequest>& requests, Origin origin) {
    return Multiplexed(origin).send(requests);
}

std::vector<HttpResponse> Multiplexed::send(const std::vector<HttpRequest>& requests) {
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<std::unique_ptr<Transfer>> transfers;
    for (const HttpRequest& request : requests) {
        connections.push_back(std::make_unique<Connection>(origin_));
        transfers.push_back(std::make_unique<Transfer>(connections.back()->state_->curl));
        transfers.back()->prepare(request, origin_);
        curl_multi_add_handle(multi_, transfers.back()->curl());
    }
    int running = 1;
    while (running > 0 && curl_multi_perform(multi_, &running) == CURLM_OK) {
        curl_multi_poll(multi_, nullptr, 0, 100, nullptr);
    }
    std::vector<CURLcode> codes(requests.size(), CURLE_FAILED_INIT);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        for (std::size_t index = 0; index < transfers.size(); ++index) {
            if (transfers[index]->curl() == message->easy_handle) {
                codes[index] = message->data.result;
            }
        }
    }
    std::vector<HttpResponse> responses;
    for (std::size_t index = 0; index < transfers.size(); ++index) {
        responses.push_back(transfers[index]->finish(codes[index]));
        curl_multi_remove_handle(multi_, transfers[index]->curl());
    }
    return responses;
}

HttpRequest navigation(std::string target) {
    return navigation_by_page(std::move(target)).with("Sec-Fetch-User", "?1");
}

HttpRequest navigation_by_page(std::string target) {
    return fetch_request(std::move(target), "navigate", "document")
        .with("Accept",
              "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8")
        .with("Upgrade-Insecure-Requests", "1");
}

HttpRequest plain_navigation(std::string target) {
    HttpRequest request;
    request.target = std::move(target);
    return request.with("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .with("Upgrade-Insecure-Requests", "1");
}

HttpRequest frame_navigation(std::string target) {
    return fetch_request(std::move(target), "navigate", "iframe")
        .with("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
}

HttpRequest script_call(std::string target) {
    return fetch_request(std::move(target), "cors", "empty").with("Accept", "*/*");
}

HttpRequest plain_script_call(std::string target) {
    HttpRequest request;
    request.target = std::move(target);
    return request.with("Accept", "application/json, */*");
}

HttpRequest image(std::string target) {
    return fetch_request(std::move(target), "no-cors", "image")
        .with("Accept", "image/avif,image/webp,*/*;q=0.8");
}

HttpRequest form_post(std::string target, std::string body) {
    HttpRequest request = navigation(std::move(target));
    request.method = "POST";
    request.body = std::move(body);
    return request.with("Content-Type", "application/x-www-form-urlencoded");
}

HttpRequest cross_site_post(std::string target, std::string body) {
    HttpRequest request = form_post(std::move(target), std::move(body));
    return request.without("Sec-Fetch-Site")
        .with("Sec-Fetch-Site", "cross-site")
        .with("Origin", "https://login.example");
}

HttpRequest prefetch(std::string target) {
    return navigation_by_page(std::move(target)).with("Sec-Purpose", "prefetch").with("Purpose", "prefetch");
}

}  // namespace agent_sessions::e2e
