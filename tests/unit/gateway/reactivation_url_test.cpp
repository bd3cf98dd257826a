#include "ngx_module/gateway/reactivation_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace agent_sessions::gateway {
namespace {

using namespace std::string_literals;

const std::string kMark = "agent_session_reactivate=MARK";

TEST(FindMark, TakesTheParameterOnly) {
    EXPECT_EQ(find_mark(kMark), "MARK");
    EXPECT_EQ(find_mark("a=b&" + kMark), "MARK");
    EXPECT_EQ(find_mark(kMark + "&a=b"), "MARK");
    EXPECT_EQ(find_mark("&&" + kMark + "&&"), "MARK");
    EXPECT_EQ(find_mark(kMark + "&agent_session_reactivate=OTHER"), "MARK");
    EXPECT_EQ(find_mark("agent_session_reactivate"), "");
    EXPECT_EQ(find_mark("agent_session_reactivate="), "");
    EXPECT_EQ(find_mark("agent_session_reactivate=a=b"), "a=b");
    EXPECT_EQ(find_mark(kMark + "#x"), "MARK");
    for (const std::string& query :
         {""s, "a=b"s, "xagent_session_reactivate=MARK"s, "agent_session_reactivated=MARK"s,
          "agent_session_reactivate%3DMARK"s, "Agent_session_reactivate=MARK"s,
          "a=agent_session_reactivate=MARK"s, "a=b#&agent_session_reactivate=MARK"s,
          "a=b;agent_session_reactivate=MARK"s, "&"s}) {
        EXPECT_FALSE(find_mark(query)) << query;
    }
}

TEST(StripMark, LeavesTheRestAsItIs) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {kMark, ""},
        {"a=b", "a=b"},
        {"a=b&" + kMark, "a=b"},
        {kMark + "&a=b", "a=b"},
        {"a=b&" + kMark + "&c=d", "a=b&c=d"},
        {kMark + "&" + kMark, ""},
        {"a&&b", "a&&b"},
        {"a&" + kMark + "&&b", "a&&b"},
        {"&", "&"},
        {"a=b&", "a=b&"},
        {"a=%20+%26&b=\xc3\xa4", "a=%20+%26&b=\xc3\xa4"},
        {"agent_session_reactivate", ""},
        {"agent_session_reactivated=1", "agent_session_reactivated=1"},
        {"a=b#&c", "a=b"},
    };
    for (const auto& [query, kept] : cases) {
        EXPECT_EQ(strip_mark(query), kept) << query;
    }
}

TEST(CleanUrl, KeepsPathAndQuery) {
    EXPECT_EQ(clean_url("/", ""), "/");
    EXPECT_EQ(clean_url("/app/flow", ""), "/app/flow");
    EXPECT_EQ(clean_url("/app/flow", "a=b&" + kMark), "/app/flow?a=b");
    EXPECT_EQ(clean_url("/app/flow", kMark), "/app/flow");
    EXPECT_EQ(clean_url("/a%2Fb;c=d,e:@!$&'()*+~", "x=/?:@"), "/a%2Fb;c=d,e:@!$&'()*+~?x=/?:@");
}

TEST(CleanUrl, NeverLeavesThisHost) {
    for (const std::string& path :
         {"//evil.example"s, "///evil.example"s, "/\\evil.example"s, "\\\\evil.example"s, "\\/evil.example"s,
          "/\\/\\evil.example"s, "evil.example"s}) {
        EXPECT_EQ(clean_url(path, ""), "/evil.example") << path;
    }
    EXPECT_EQ(clean_url("", ""), "/");
    EXPECT_EQ(clean_url("//", ""), "/");
    EXPECT_EQ(clean_url("http://evil.example/x", ""), "/http://evil.example/x");
    EXPECT_EQ(clean_url("javascript:alert(1)", ""), "/javascript:alert(1)");
    // Browsers take tabs and line ends out before they look.
    EXPECT_EQ(clean_url("/\t/evil.example", ""), "/%09/evil.example");
    EXPECT_EQ(clean_url("/\r\n/evil.example", ""), "/%0D%0A/evil.example");
    EXPECT_EQ(clean_url("/a\\b", ""), "/a%5Cb");
}

TEST(CleanUrl, IsOneLineOfVisibleCharacters) {
    std::string every;
    for (int byte = 0; byte < 256; ++byte) {
        every += static_cast<char>(byte);
    }
    // With # in it the rest would be cut off.
    every.erase(every.find('#'), 1);
    for (const std::string& url :
         {clean_url("/" + every, every), reactivation_url("/" + every, every, every)}) {
        EXPECT_EQ(url.find("//"), std::string::npos);
        for (const char character : url) {
            EXPECT_GT(character, 0x20);
            EXPECT_LT(character, 0x7f);
            EXPECT_EQ(std::string("\"<>\\").find(character), std::string::npos);
        }
    }
    EXPECT_EQ(clean_url("/a?b", "c"), "/a%3Fb?c");
    EXPECT_EQ(clean_url("/a#b", "c#d"), "/a?c");
    EXPECT_EQ(clean_url("/\xc3\xa4", "\xff"), "/%C3%A4?%FF");
}

TEST(ReactivationUrl, AddsTheMark) {
    EXPECT_EQ(reactivation_url("/flow", "", "MARK"), "/flow?" + kMark);
    EXPECT_EQ(reactivation_url("/flow", "a=b", "MARK"), "/flow?a=b&" + kMark);
    EXPECT_EQ(reactivation_url("/flow", "agent_session_reactivate=OLD&a=b", "MARK"), "/flow?a=b&" + kMark);
    EXPECT_EQ(reactivation_url("//evil.example", "", "MARK"), "/evil.example?" + kMark);
}

TEST(ReactivationUrlAfterPost, GoesToThePageOfTheForm) {
    const auto url = [](std::optional<std::string_view> referer, std::string_view host = "app.example") {
        return reactivation_url_of_page("/flow/save", host, referer, "MARK");
    };
    EXPECT_EQ(url("https://app.example/flow/step?id=7"), "/flow/step?id=7&" + kMark);
    EXPECT_EQ(url("http://APP.example/flow"), "/flow?" + kMark);
    EXPECT_EQ(url("https://app.example/flow?id=7#part"), "/flow?id=7&" + kMark);
    EXPECT_EQ(url("https://app.example"), "/?" + kMark);
    EXPECT_EQ(url("https://app.example?id=7"), "/?id=7&" + kMark);
    EXPECT_EQ(url("https://app.example#x"), "/?" + kMark);
    EXPECT_EQ(url("https://app.example:8443/flow", "app.example:8443"), "/flow?" + kMark);
    EXPECT_EQ(url("https://app.example//evil.example"), "/evil.example?" + kMark);
    EXPECT_EQ(url("https://app.example\\evil"), "/evil?" + kMark);
}

TEST(ReactivationUrlAfterPost, ElseToThePathOfThePost) {
    for (const std::optional<std::string_view> referer :
         {std::optional<std::string_view>(), std::optional<std::string_view>(""),
          std::optional<std::string_view>("https://evil.example/flow"),
          std::optional<std::string_view>("https://app.example.evil.example/flow"),
          std::optional<std::string_view>("https://app.example@evil.example/flow"),
          std::optional<std::string_view>("https://evil.example/https://app.example/flow"),
          std::optional<std::string_view>("https://evil@app.example/flow"),
          std::optional<std::string_view>("https://app.example:8443/flow"),
          std::optional<std::string_view>("//app.example/flow"), std::optional<std::string_view>("/flow"),
          std::optional<std::string_view>("app.example/flow"), std::optional<std::string_view>("null")}) {
        EXPECT_EQ(reactivation_url_of_page("/flow/save", "app.example", referer, "MARK"),
                  "/flow/save?" + kMark)
            << referer.value_or("none");
    }
    EXPECT_EQ(reactivation_url_of_page("/flow/save", "", "https:///x", "MARK"), "/flow/save?" + kMark);
}

TEST(UrlHash, IgnoresTheMarkOnly) {
    const std::uint32_t hash = url_hash("app.example", "/flow", "a=b&c=d");
    EXPECT_EQ(url_hash("app.example", "/flow", "a=b&c=d&" + kMark), hash);
    EXPECT_EQ(url_hash("app.example", "/flow", kMark + "&a=b&c=d"), hash);
    EXPECT_EQ(url_hash("app.example", "/flow", "a=b&" + kMark + "&c=d"), hash);
    EXPECT_EQ(url_hash("app.example", "/flow#x", "a=b&c=d#y"), hash);

    EXPECT_NE(url_hash("app.example", "/flow", "a=b&c=e"), hash);
    EXPECT_NE(url_hash("app.example", "/flow", "c=d&a=b"), hash);
    EXPECT_NE(url_hash("app.example", "/flow", "a=b"), hash);
    EXPECT_NE(url_hash("app.example", "/flow", "a=bc=d"), hash);
    EXPECT_NE(url_hash("app.example", "/Flow", "a=b&c=d"), hash);
    EXPECT_NE(url_hash("other.example", "/flow", "a=b&c=d"), hash);
    EXPECT_NE(url_hash("app.example/flow", "", "a=b&c=d"), hash);
    EXPECT_EQ(url_hash("h", "/", ""), url_hash("h", "/", kMark));
    EXPECT_NE(url_hash("h", "/", "a"), url_hash("h", "/a", ""));
}

}  // namespace
}  // namespace agent_sessions::gateway
