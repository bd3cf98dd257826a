#include "tests/e2e/support/browser.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <ctime>
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

bool is_cleared(const SetCookie& cookie) {
    if (const auto age = cookie.attributes.find("max-age"); age != cookie.attributes.end()) {
        return age->second == "0";
    }
    const auto expires = cookie.attributes.find("expires");
    return expires != cookie.attributes.end() &&
           curl_getdate(expires->second.c_str(), nullptr) <= std::time(nullptr);
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
        if (is_cleared(cookie)) {
            jar_.erase(cookie.name);
        } else {
            jar_[cookie.name] = cookie.value;
        }
    }
}

}  // namespace agent_sessions::e2e
