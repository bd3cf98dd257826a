#include "ngx_module/gateway/set_cookie_line.h"

#include <gtest/gtest.h>

namespace agent_sessions::gateway {
namespace {

TEST(SetCookieLine, IsReadAsABrowserReadsIt) {
    const auto line = parse_set_cookie(
        " sid = \"a=b\" ;PATH=/app; Domain=example.com;HttpOnly; Max-Age=5;"
        "expires=Thu, 01 Jan 1970 00:00:00 GMT");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->name, "sid");
    EXPECT_EQ(line->value, "\"a=b\"");
    EXPECT_EQ(line->path, "/app");
    EXPECT_EQ(line->domain, "example.com");
    EXPECT_EQ(line->max_age, "5");
    EXPECT_EQ(line->expires, "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_FALSE(parse_set_cookie(""));
    EXPECT_FALSE(parse_set_cookie("sid; Path=/"));
    EXPECT_FALSE(parse_set_cookie("=x"));
    EXPECT_EQ(parse_set_cookie("sid=")->value, "");
}

TEST(SetCookieLine, AMaxAgeCountsWhereItIsANumber) {
    const auto over = [](const char* text) { return is_over_by_max_age(*parse_set_cookie(text)); };
    EXPECT_EQ(over("a=b; Max-Age=0"), true);
    EXPECT_EQ(over("a=b; Max-Age=-1"), true);
    EXPECT_EQ(over("a=b; Max-Age=60"), false);
    EXPECT_EQ(over("a=b; Max-Age=x"), std::nullopt);
    EXPECT_EQ(over("a=b; Max-Age="), std::nullopt);
    EXPECT_EQ(over("a=b"), std::nullopt);
}

TEST(SetCookieLine, CookiesOfAnotherPathOrDomainLiveSideBySide) {
    const auto scope = [](const char* text) { return cookie_scope(*parse_set_cookie(text)); };
    EXPECT_EQ(scope("a=1; Path=/app"), scope("a=2; HttpOnly; path=/app; Max-Age=5"));
    EXPECT_NE(scope("a=1; Path=/app"), scope("a=1; Path=/"));
    EXPECT_NE(scope("a=1; Path=/"), scope("a=1; Path=/; Domain=example.com"));
    EXPECT_NE(scope("a=1"), 0);
}

}  // namespace
}  // namespace agent_sessions::gateway
