// A browser as far as the gateway can see one: a jar of cookies shared by tabs, each with its own connection.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "tests/e2e/support/http.h"

namespace agent_sessions::e2e {

class Browser {
  public:
    explicit Browser(Origin origin);
    Browser(Browser&&) noexcept = default;
    Browser& operator=(Browser&&) noexcept = default;
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser() = default;

    // Sends with the jar's cookies, and keeps the ones that the answer sets. In the first tab, or in the
    // given one.
    HttpResponse send(const HttpRequest& request);
    HttpResponse send(const HttpRequest& request, Connection& tab);
    // One more tab: a connection of its own, so perhaps another worker. Lives as long as the browser.
    Connection& open_tab();

    std::optional<std::string> cookie(const std::string& name) const;
    void set_cookie(const std::string& name, const std::string& value) { jar_[name] = value; }
    void forget_cookies() { jar_.clear(); }
    const std::map<std::string, std::string>& jar() const { return jar_; }

  private:
    void keep_cookies(const HttpResponse& response);

    Origin origin_;
    std::deque<Connection> tabs_;
    std::map<std::string, std::string> jar_;
};

// The parts of one Set-Cookie header; names of attributes in lower case.
struct SetCookie {
    std::string name;
    std::string value;
    std::map<std::string, std::string> attributes;
};
SetCookie parse_set_cookie(const std::string& header);
// The cookie of this name that the answer sets.
std::optional<SetCookie> set_cookie_named(const HttpResponse& response, const std::string& name);

}  // namespace agent_sessions::e2e
