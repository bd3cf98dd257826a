#include "ngx_module/gateway/set_cookie.h"

#include <gtest/gtest.h>

#include <string>

namespace agent_sessions::gateway {
namespace {

using tracker::Millis;

constexpr Millis kTwelveHours{12 * 60 * 60 * 1000};

TEST(SetCookie, DefaultOnTls) {
    const CookieSettings settings;
    EXPECT_EQ(check_cookie_settings(settings), "");
    EXPECT_TRUE(is_secure(settings, true));
    EXPECT_EQ(cookie_name(settings, true), "__Host-agent_session");
    EXPECT_EQ(set_cookie_value(settings, true, "token", kTwelveHours),
              "__Host-agent_session=token; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, DefaultOnPlainHttp) {
    const CookieSettings settings;
    EXPECT_FALSE(is_secure(settings, false));
    EXPECT_EQ(cookie_name(settings, false), "agent_session");
    EXPECT_EQ(set_cookie_value(settings, false, "token", kTwelveHours),
              "agent_session=token; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, SecureIsToldOrForbidden) {
    CookieSettings settings;
    settings.secure = Secure::on;
    EXPECT_TRUE(is_secure(settings, false));
    settings.secure = Secure::off;
    EXPECT_FALSE(is_secure(settings, true));
}

TEST(SetCookie, AllAttributes) {
    CookieSettings settings;
    settings.name = "seat";
    settings.domain = "app.example";
    settings.same_site = SameSite::none;
    settings.partitioned = true;
    EXPECT_EQ(check_cookie_settings(settings), "");
    EXPECT_EQ(set_cookie_value(settings, true, "token", kTwelveHours),
              "seat=token; Path=/; Domain=app.example; Max-Age=43200; Secure; HttpOnly; SameSite=None; "
              "Partitioned");
}

TEST(SetCookie, WithoutMaxAge) {
    CookieSettings settings;
    settings.max_age = false;
    settings.same_site = SameSite::strict;
    EXPECT_EQ(set_cookie_value(settings, true, "token", kTwelveHours),
              "__Host-agent_session=token; Path=/; Secure; HttpOnly; SameSite=Strict");
}

TEST(SetCookie, SendsNothingThatBrowsersDropWhereNotSecure) {
    CookieSettings settings;
    settings.same_site = SameSite::none;
    settings.partitioned = true;
    EXPECT_EQ(check_cookie_settings(settings), "");
    EXPECT_EQ(set_cookie_value(settings, false, "token", kTwelveHours),
              "agent_session=token; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, MaxAgeIsNeverZero) {
    CookieSettings settings;
    EXPECT_NE(set_cookie_value(settings, true, "t", Millis(999)).find("; Max-Age=1;"), std::string::npos);
    EXPECT_NE(set_cookie_value(settings, true, "t", Millis(1999)).find("; Max-Age=1;"), std::string::npos);
    EXPECT_NE(set_cookie_value(settings, true, "t", Millis(2000)).find("; Max-Age=2;"), std::string::npos);
}

TEST(CheckCookieSettings, NamesContradictions) {
    CookieSettings settings;
    settings.secure = Secure::off;
    EXPECT_EQ(check_cookie_settings(settings), "");
    settings.same_site = SameSite::none;
    EXPECT_EQ(check_cookie_settings(settings),
              "\"samesite=none\" needs a secure cookie, but \"secure=off\" is given");
    settings.same_site = SameSite::lax;
    settings.partitioned = true;
    EXPECT_EQ(check_cookie_settings(settings),
              "\"partitioned\" needs a secure cookie, but \"secure=off\" is given");
}

TEST(CheckCookieSettings, RefusesNames) {
    for (const char* name :
         {"",    "a b", "a=b", "a;b", "a,b", "a\"b", "a(b", "a)b", "a/b",  "a:b",   "a<b",
          "a>b", "a?b", "a@b", "a[b", "a]b", "a\\b", "a{b", "a}b", "a\tb", "a\x7f", "\xc3\xa4"}) {
        CookieSettings settings;
        settings.name = name;
        EXPECT_EQ(check_cookie_settings(settings), "invalid cookie name \"" + std::string(name) + "\"");
    }
    CookieSettings settings;
    settings.name = std::string("a\0b", 3);
    EXPECT_NE(check_cookie_settings(settings), "");
    settings.name = std::string(65, 'a');
    EXPECT_NE(check_cookie_settings(settings), "");
    settings.name = std::string(64, 'a');
    EXPECT_EQ(check_cookie_settings(settings), "");
    settings.name = "!#$%&'*+-.^_`|~aZ09";
    EXPECT_EQ(check_cookie_settings(settings), "");
}

TEST(CheckCookieSettings, RefusesPrefixesInAnyCase) {
    for (const char* name : {"__Host-x", "__HOST-x", "__host-", "__Secure-x", "__sEcUrE-x"}) {
        CookieSettings settings;
        settings.name = name;
        EXPECT_NE(check_cookie_settings(settings).find("the prefix \"__Host-\" is added"), std::string::npos)
            << name;
    }
    CookieSettings settings;
    settings.name = "__Hostx";
    EXPECT_EQ(check_cookie_settings(settings), "");
}

TEST(CheckCookieSettings, ChecksTheDomain) {
    for (const std::string& domain :
         {std::string("app.example"), std::string("a.b.c.example"), std::string("localhost"),
          std::string("x-1.EXAMPLE"), std::string(63, 'a') + ".example"}) {
        CookieSettings settings;
        settings.domain = domain;
        EXPECT_EQ(check_cookie_settings(settings), "") << domain;
    }
    for (const std::string& domain :
         {std::string(".example"), std::string("example."), std::string("a..b"), std::string("-a.example"),
          std::string("a-.example"), std::string("a b"), std::string("a;Secure"), std::string("a_b"),
          std::string("a/b"), std::string("a:80"), std::string("*.example"), std::string("\xc3\xa4.example"),
          std::string("a\r\nb"), std::string(64, 'a') + ".example", std::string(254, 'a'),
          std::string(".")}) {
        CookieSettings settings;
        settings.domain = domain;
        EXPECT_EQ(check_cookie_settings(settings), "invalid cookie domain \"" + domain + "\"");
    }
}

TEST(ClearedCookies, ExpireAtTheirPlace) {
    EXPECT_EQ(clearing_cookie_value({"JSESSIONID", "/shop", "", false}, false),
              "JSESSIONID=; Path=/shop; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(clearing_cookie_value({"sso", "/", "example.com", true}, true),
              "sso=; Path=/; Domain=example.com; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; "
              "SameSite=None; Partitioned");
}

TEST(ClearedCookies, WhatNamesNoCookieIsRefused) {
    EXPECT_EQ(check_cleared_cookie({"JSESSIONID", "/", "", false}), "");
    EXPECT_EQ(check_cleared_cookie({"__Host-id", "/", "", false}), "");
    EXPECT_EQ(check_cleared_cookie({"a b", "/", "", false}), "invalid cookie name \"a b\"");
    EXPECT_EQ(check_cleared_cookie({"a", "shop", "", false}), "invalid cookie path \"shop\"");
    EXPECT_EQ(check_cleared_cookie({"a", "/;x", "", false}), "invalid cookie path \"/;x\"");
    EXPECT_EQ(check_cleared_cookie({"a", "/", "-x", false}), "invalid cookie domain \"-x\"");
    EXPECT_NE(check_cleared_cookie({"__Host-id", "/shop", "", false}), "");
    EXPECT_NE(check_cleared_cookie({"__host-id", "/", "example.com", false}), "");
}

}  // namespace
}  // namespace agent_sessions::gateway
