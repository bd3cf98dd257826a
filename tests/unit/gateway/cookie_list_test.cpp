#include "ngx_module/gateway/cookie_list.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "ngx_module/gateway/adopted_value.h"

namespace agent_sessions::gateway {
namespace {

std::string without(std::string_view line, std::string_view value = "x") {
    return without_cookies(
        line, [value](const Cookie& cookie) { return cookie.name == "sid" && cookie.value == value; });
}

TEST(CookieList, GivesEachCookieOfALine) {
    CookieList cookies(" a=1;b = \"2; c ;=4;;d=;e=5=6");
    std::vector<std::string> seen;
    while (const auto cookie = cookies.next()) {
        seen.push_back(std::string(cookie->name) + "|" + std::string(cookie->value));
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"a|1", "b|\"2", "d|", "e|5=6"}));
}

TEST(CookieList, WhatStaysStaysByteForByte) {
    EXPECT_EQ(without("a=1; b=\" 2\"; c"), "a=1; b=\" 2\"; c");
    EXPECT_EQ(without("sid=x"), "");
    EXPECT_EQ(without(" sid=x ; "), "");
    EXPECT_EQ(without("sid=x; a=1"), "a=1");
    EXPECT_EQ(without("a=1; sid=x"), "a=1");
    EXPECT_EQ(without("a=1; sid=x; b=\"2\""), "a=1; b=\"2\"");
    EXPECT_EQ(without("a=1;sid=x;b=2"), "a=1;b=2");
    EXPECT_EQ(without("a=1; sid=x; sid=y; sid = x; b=2;"), "a=1; sid=y; b=2;");
    EXPECT_EQ(without("SID=x; sidx=x; xsid=x; sid=xx"), "SID=x; sidx=x; xsid=x; sid=xx");
    EXPECT_EQ(without("a=1; sid=\"x\"; b=2", "\"x\""), "a=1; b=2");
}

TEST(AdoptedValue, IsOneInAllItsSpellings) {
    const auto plain = [](std::string_view value) {
        std::array<char, 64> bytes;
        return std::string(plain_cookie_value(value, bytes));
    };
    EXPECT_EQ(plain("abc"), "abc");
    EXPECT_EQ(plain("\"abc\""), "abc");
    EXPECT_EQ(plain("\"abc"), "\"abc");
    EXPECT_EQ(plain("\""), "\"");
    EXPECT_EQ(plain("%61b%63"), "abc");
    EXPECT_EQ(plain("%2f%2F"), "//");
    EXPECT_EQ(plain("%2561"), "%61");
    EXPECT_EQ(plain("%6%zz%"), "%6%zz%");
    EXPECT_EQ(plain("a+b"), "a+b");
}

}  // namespace
}  // namespace agent_sessions::gateway
