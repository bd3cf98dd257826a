#include "admin/conditional.h"

#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

TEST(IfNoneMatchTest, ComparesWeakly) {
    EXPECT_TRUE(matches_etag("W/\"a\"", "W/\"a\""));
    EXPECT_TRUE(matches_etag("\"a\"", "W/\"a\""));
    EXPECT_TRUE(matches_etag("\"x\", W/\"a\"", "W/\"a\""));
    EXPECT_TRUE(matches_etag("*", "W/\"a\""));
    EXPECT_FALSE(matches_etag("", "W/\"a\""));
    EXPECT_FALSE(matches_etag("a", "W/\"a\""));
    EXPECT_FALSE(matches_etag("\"ab\"", "W/\"a\""));
}

class ConditionalTest : public Endpoint {
  protected:
    // Of an answer that is 200; "" = it has no tag.
    std::string tag(std::string_view target) {
        const Response response = get(target);
        EXPECT_EQ(response.status, 200) << target << response.body;
        return header(response, "ETag");
    }

    Response get_unless(std::string_view target, const std::string& if_none_match) {
        Asked request = asked("GET", target);
        request.if_none_match = if_none_match;
        return ask(request);
    }
};

TEST_F(ConditionalTest, WhatHasNotChangedIsNotSentAgain) {
    begin({.agent = "ada"});
    for (const char* target :
         {"api/1/sessions", "api/1/accounts", "api/1/usage", "api/1/", "api/1/openapi.json"}) {
        const std::string first = tag(target);
        ASSERT_TRUE(first.starts_with("W/\"")) << target << first;
        const Response again = get_unless(target, first);
        EXPECT_EQ(again.status, 304) << target;
        EXPECT_TRUE(again.body.empty());
        EXPECT_EQ(header(again, "ETag"), first);
        EXPECT_EQ(header(again, "Content-Type"), "");
        EXPECT_EQ(get_unless(target, "W/\"0123456789abcdef01234567\"").status, 200) << target;
    }
}

TEST_F(ConditionalTest, TheInstantOfTheAnswerIsNoChange) {
    begin({.agent = "ada"});
    const std::string first = tag("api/1/sessions");
    clock_.advance(40s);
    EXPECT_EQ(tag("api/1/sessions"), first);
}

TEST_F(ConditionalTest, ALastActivityIsAChangeThoughNoCounterSeesIt) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    const std::uint64_t changes = tracker_.figures().changes;
    const std::string first = tag("api/1/sessions");
    clock_.advance(40s);
    ASSERT_TRUE(tracker_.touch(handle_of(key), clock_.now()));
    EXPECT_EQ(tracker_.figures().changes, changes);
    EXPECT_NE(tag("api/1/sessions"), first);
}

TEST_F(ConditionalTest, EachQueryAndEachCallerHasItsOwnTag) {
    const tracker::SessionKey key = begin({.agent = "ada", .started_ago = 5s});
    begin({.agent = "bob", .account = "beta"});
    const std::string first = tag("api/1/sessions");
    EXPECT_NE(tag("api/1/sessions?sort=started"), first);
    EXPECT_NE(tag("api/1/sessions?limit=1"), first);
    caller_.accounts = "alpha";
    EXPECT_NE(tag("api/1/sessions"), first);
    caller_.accounts = "*";
    caller_.own_session = key;
    EXPECT_NE(tag("api/1/sessions"), first);
}

TEST_F(ConditionalTest, OnlySuccessfulReadsHaveATag) {
    EXPECT_EQ(header(get("api/1/sessions?sort=interactions"), "ETag"), "");
    EXPECT_EQ(header(terminate(R"({"filter": {"account": "alpha"}})"), "ETag"), "");
    begin({.agent = "ada"});
    const Response ended = terminate(R"({"all": true})");
    EXPECT_EQ(header(ended, "ETag"), "");
}

TEST_F(ConditionalTest, ATextIsNotTakenForTheInstantOfTheAnswer) {
    begin({.agent = "\"generated_at\":\"1\""});
    const std::string first = tag("api/1/sessions");
    begin({.agent = "\"generated_at\":\"2\""});
    EXPECT_NE(tag("api/1/sessions?q=%222"), first);
    EXPECT_NE(tag("api/1/sessions?q=%222"), tag("api/1/sessions?q=%221"));
}

}  // namespace
}  // namespace agent_sessions::admin
