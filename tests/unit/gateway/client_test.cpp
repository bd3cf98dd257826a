#include <gtest/gtest.h>

#include "ngx_module/gateway/client_answer.h"
#include "ngx_module/gateway/client_beacon.h"
#include "ngx_module/gateway/client_origin.h"

namespace agent_sessions::gateway {
namespace {

TEST(ClientBeacon, AnEmptyBodyIsAMereQuestion) {
    const Beacon beacon = parse_beacon("");
    EXPECT_TRUE(beacon.fault.empty());
    EXPECT_TRUE(beacon.open.empty());
    EXPECT_FALSE(beacon.active);
    EXPECT_FALSE(beacon.left);
}

TEST(ClientBeacon, EveryMemberIsRead) {
    const Beacon beacon = parse_beacon(
        R"({"open":[{"name":"Billing","instance":"a"}],"close":[{"name":"b"}],"active":true,"left":true,"page":"/x?y"})");
    ASSERT_EQ(beacon.fault, "");
    ASSERT_EQ(beacon.open.size(), 1U);
    EXPECT_EQ(beacon.open[0].name, "Billing");
    EXPECT_EQ(beacon.open[0].instance, "a");
    ASSERT_EQ(beacon.close.size(), 1U);
    EXPECT_EQ(beacon.close[0].instance, "");
    EXPECT_TRUE(beacon.active);
    EXPECT_TRUE(beacon.left);
    EXPECT_EQ(beacon.page, "/x?y");
}

TEST(ClientBeacon, MoreInstancesThanASessionMayNameAreRefused) {
    const auto beacon_of = [](std::size_t count) {
        std::string body = R"({"open":[{"name":"a"})";
        for (std::size_t index = 1; index < count; ++index) {
            body += R"(,{"name":"a"})";
        }
        return parse_beacon(body + "]}");
    };
    EXPECT_EQ(beacon_of(kMaxBeaconInstances).fault, "");
    EXPECT_NE(beacon_of(kMaxBeaconInstances + 1).fault, "");
}

TEST(ClientOrigin, TheFirstHeaderThatIsThereDecides) {
    const std::vector<std::string> allowed = {"https://app.example"};
    const auto judge = [&](std::optional<std::string_view> site, std::optional<std::string_view> origin) {
        return judge_origin(site, origin, "desk.example", allowed);
    };
    EXPECT_EQ(judge("same-origin", std::nullopt), ClientOrigin::own);
    EXPECT_EQ(judge("same-site", "https://desk.example"), ClientOrigin::foreign);
    EXPECT_EQ(judge("none", std::nullopt), ClientOrigin::foreign);
    EXPECT_EQ(judge("cross-site", "https://app.example"), ClientOrigin::allowed);
    EXPECT_EQ(judge("cross-site", "https://app.example.evil"), ClientOrigin::foreign);
    EXPECT_EQ(judge(std::nullopt, "http://desk.example"), ClientOrigin::own) << "a balancer may end TLS";
    EXPECT_EQ(judge(std::nullopt, "null"), ClientOrigin::foreign);
    EXPECT_EQ(judge(std::nullopt, std::nullopt), ClientOrigin::own) << "no browser of today";
}

TEST(ClientOrigin, AnOriginIsWrittenAsBrowsersWriteIt) {
    for (const char* text : {"https://app.example", "http://localhost:8080", "https://[::1]:8443",
                             "https://[::1]", "chrome-extension://abc"}) {
        EXPECT_TRUE(is_origin(text)) << text;
    }
    for (const char* text : {"", "*", "null", "app.example", "https://", "https://App.example", "https://a/",
                             "https://a:443", "http://a:80", "https://a:", "https://a:08", "https://[::1",
                             "https://a b", "https://u@a", "://a"}) {
        EXPECT_FALSE(is_origin(text)) << text;
    }
}

TEST(ClientAnswer, ToldAreWholeSeconds) {
    const Answer answer = live_client_answer({tracker::Millis(1999), tracker::Millis(0)},
                                             {tracker::Millis(30000), tracker::Millis(0)});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"state":"active","idle_in":1,"ends_in":0,"heartbeat":30,"warn":0})");
}

}  // namespace
}  // namespace agent_sessions::gateway
