// What a cookie is to the gateway it is to the application behind it, or the request is refused or counts as
// one without a cookie (RELIABILITY T24): every pair of ways to write cookies down, in one Cookie line and in
// two, against the ways in which applications read them.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "ngx_module/gateway/cookie_parser.h"

namespace agent_sessions::gateway {
namespace {

constexpr std::string_view kName = "sid";

// "@" stands for the value.
constexpr std::string_view kForms[] = {
    "sid=@",      " sid=@",     "sid=@ ",  "sid =@",    "sid= @",       "sid\t=\t@", "sid=\"@\"", "sid=@,b",
    "a=1, sid=@", "a=1,sid=@",  "SID=@",   "Sid=@",     "xsid=@",       "sidx=@",    "$sid=@",    "=sid=@",
    "sid",        "@",          "sid=",    "sid==@",    "a=\"sid=@\"",  "a=1 sid=@", "sid=@=",    "\"sid\"=@",
    "sid=@\\",    "$Version=1", "sid=%40", "sid=@\xff", "__Host-sid=@",
};

std::string fill(std::string_view form, std::string_view value) {
    std::string text(form);
    if (const auto at = text.find('@'); at != std::string::npos) {
        text.replace(at, 1, value);
    }
    return text;
}

std::string trimmed(std::string text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

enum class Takes { first, last };

// Splits on ";", as PHP, Tomcat, Node and the RFC do; which of several counts, and whether quotes are taken
// off, differs.
std::optional<std::string> read_as_application(const std::vector<std::string>& lines, Takes takes,
                                               bool unquotes) {
    std::optional<std::string> found;
    std::string joined;
    for (const std::string& line : lines) {
        joined += (joined.empty() ? "" : "; ") + line;
    }
    for (std::size_t at = 0; at <= joined.size();) {
        const std::size_t end = std::min(joined.find(';', at), joined.size());
        const std::string piece = joined.substr(at, end - at);
        at = end + 1;
        const auto equals = piece.find('=');
        if (equals == std::string::npos || trimmed(piece.substr(0, equals)) != kName) {
            continue;
        }
        std::string value = trimmed(piece.substr(equals + 1));
        if (unquotes && value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        if (!found || takes == Takes::last) {
            found = value;
        }
    }
    return found;
}

void expect_agreement(const std::vector<std::string>& lines, std::size_t& found) {
    std::string shown;
    for (const std::string& line : lines) {
        shown += "[" + line + "] ";
    }
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    const CookieValue seen = find_cookie(views, kName);
    if (seen.status == CookieValue::Status::conflicting || seen.status == CookieValue::Status::malformed) {
        return;  // refused, or as good as none
    }
    for (const Takes takes : {Takes::first, Takes::last}) {
        for (const bool unquotes : {false, true}) {
            const auto read = read_as_application(lines, takes, unquotes);
            if (seen.status == CookieValue::Status::found) {
                ++found;
                EXPECT_EQ(read, std::string(seen.value)) << shown;
            } else {
                EXPECT_EQ(read, std::nullopt) << shown;
            }
        }
    }
}

TEST(CookieTable, GatewayAndApplicationSeeTheSameOrItIsRefused) {
    std::size_t cases = 0;
    std::size_t found = 0;
    const auto check = [&](const std::vector<std::string>& lines) {
        ++cases;
        expect_agreement(lines, found);
    };
    for (const std::string_view form : kForms) {
        check({fill(form, "live")});
        for (const std::string_view other : kForms) {
            for (const char* value : {"live", "ended"}) {
                const std::string one = fill(form, "live");
                const std::string two = fill(other, value);
                check({one + ";" + two});
                check({one, two});
            }
        }
    }
    EXPECT_GE(cases, 120U);
    EXPECT_GE(found, 120U);
}

}  // namespace
}  // namespace agent_sessions::gateway
