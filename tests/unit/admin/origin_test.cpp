#include "admin/origin.h"

#include <gtest/gtest.h>

#include <string>

namespace agent_sessions::admin {
namespace {

struct OriginCase {
    const char* origin;
    const char* host;
    bool matches;
};

TEST(OriginTest, ComparesHostAndPortOnly) {
    const OriginCase cases[] = {
        {"https://agents.example", "agents.example", true},
        {"http://agents.example", "agents.example", true},
        {"https://AGENTS.example", "agents.EXAMPLE", true},
        {"https://agents.example", "agents.example:443", true},
        {"http://agents.example", "agents.example:80", true},
        {"https://agents.example:443", "agents.example", true},
        {"http://agents.example:8080", "agents.example:8080", true},
        {"http://127.0.0.1:8080", "127.0.0.1:8080", true},
        {"http://[::1]:8080", "[::1]:8080", true},
        {"https://[::1]", "[::1]", true},
        {"https://agents.example", "agents.example:80", false},
        {"http://agents.example", "agents.example:443", false},
        {"https://agents.example", "agents.example:8443", false},
        {"https://agents.example:8443", "agents.example", false},
        {"https://agents.example:8443", "agents.example:8444", false},
        {"https://evil.example", "agents.example", false},
        {"https://agents.example.evil.example", "agents.example", false},
        {"https://evilagents.example", "agents.example", false},
        {"https://agents.example@evil.example", "agents.example", false},
        {"https://user@agents.example", "agents.example", false},
        {"https://agents.example", "user@agents.example", false},
        {"https://agents.example/", "agents.example", false},
        {"https://agents.example?x", "agents.example", false},
        {"https://agents.example#x", "agents.example", false},
        {"https://agents.example, https://evil.example", "agents.example", false},
        {"https://agents.example https://evil.example", "agents.example", false},
        {"ftp://agents.example", "agents.example", false},
        {"null", "agents.example", false},
        {"null", "null", false},
        {"", "agents.example", false},
        {"agents.example", "agents.example", false},
        {"//agents.example", "agents.example", false},
        {"https://", "agents.example", false},
        {"https://", "", false},
        {"https://:443", ":443", false},
        {"https://agents.example:99999", "agents.example:99999", false},
        {"https://agents.example:99999", "agents.example:34463", false},
        {"https://agents.example:99999999999999999999", "agents.example", false},
        {"https://agents.example:0", "agents.example:0", false},
        {"https://agents.example:x", "agents.example", false},
        {"https://agents.example\r\n", "agents.example", false},
    };
    for (const OriginCase& one : cases) {
        EXPECT_EQ(origin_matches_host(one.origin, one.host), one.matches)
            << one.origin << " and " << one.host;
    }
}

TEST(OriginTest, ReadsToTheEndAndNoFurther) {
    const std::string_view origin = "https://agents.example:443/x";
    const std::string_view host = "agents.example:4430";
    EXPECT_TRUE(origin_matches_host(origin.substr(0, 26), host.substr(0, 18)));
    EXPECT_TRUE(origin_matches_host(origin.substr(0, 22), host.substr(0, 14)));
    EXPECT_FALSE(origin_matches_host(origin.substr(0, 21), host.substr(0, 14)));
    EXPECT_FALSE(origin_matches_host(origin, host.substr(0, 18)));
    EXPECT_FALSE(origin_matches_host(std::string_view(), std::string_view()));
}

TEST(OriginTest, TheFirstHeaderThatIsThereDecides) {
    Request request;
    request.host = "agents.example";
    EXPECT_TRUE(is_same_origin(request)) << "neither header: no browser";

    request.origin = "https://evil.example";
    EXPECT_FALSE(is_same_origin(request));
    request.origin = "https://agents.example";
    EXPECT_TRUE(is_same_origin(request));
    request.host.reset();
    EXPECT_FALSE(is_same_origin(request));
    request.host = "agents.example";

    for (const char* site :
         {"cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"}) {
        request.sec_fetch_site = site;
        EXPECT_FALSE(is_same_origin(request)) << site;
    }
    request.sec_fetch_site = "same-origin";
    EXPECT_TRUE(is_same_origin(request));
    request.origin = "null";
    EXPECT_TRUE(is_same_origin(request)) << "Sec-Fetch-Site comes first";
}

}  // namespace
}  // namespace agent_sessions::admin
