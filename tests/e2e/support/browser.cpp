#include "tests/e2e/support/browser.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace agent_sessions::e2e {
namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::pair<std::string, std::string> split(const std::string& pair) {
    const auto equals = pair.find('=');
    return equals == std::string::npos
               ? std::pair(trimmed(pair), std::string())
               : std::pair(trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1)));
}

}  // namespace

SetCookie parse_set_cookie(const std::string& header) {
    SetCookie cookie;
    std::istringstream parts(header);
    std::string part;
    std::getline(parts, part, ';');
    std::tie(cookie.name, cookie.value) = split(part);
    while (std::getline(parts, part, ';')) {
        auto [name, value] = split(part);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char letter) { return std::tolower(letter); });
        cookie.attributes[name] = value;
    }
    return cookie;
}

std::optional<SetCookie> set_cookie_named(const HttpResponse& response, const std::string& name) {
    for (const std::string& header : response.all("Set-Cookie")) {
        if (SetCookie cookie = parse_set_cookie(header); cookie.name == name) {
            return cookie;
        }
    }
    return std::nullopt;
}

Browser::Browser(Origin origin) : origin_(origin) {
    tabs_.emplace_back(origin);
}

Connection& Browser::open_tab() {
    return tabs_.emplace_back(origin_);
}

HttpResponse Browser::send(const HttpRequest& request) {
    return send(request, tabs_.front());
}

HttpResponse Browser::send(const HttpRequest& request, Connection& tab) {
    HttpRequest complete = request;
    std::string line;
    for (const auto& [name, value] : jar_) {
        line += (line.empty() ? "" : "; ") + name + "=" + value;
    }
    if (!line.empty()) {
        complete.with("Cookie", line);
    }
    HttpResponse response = tab.send(complete);
    keep_cookies(response);
    return response;
}

std::optional<std::string> Browser::cookie(const std::string& name) const {
    const auto found = jar_.find(name);
    return found == jar_.end() ? std::nullopt : std::optional(found->second);
}

void Browser::keep_cookies(const HttpResponse& response) {
    for (const std::string& header : response.all("Set-Cookie")) {
        const SetCookie cookie = parse_set_cookie(header);
        const auto max_age = cookie.attributes.find("max-age");
        if (max_age != cookie.attributes.end() && max_age->second == "0") {
            jar_.erase(cookie.name);
        } else {
            jar_[cookie.name] = cookie.value;
        }
    }
}

}  // namespace agent_sessions::e2e
