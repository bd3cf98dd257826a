#include "admin/query.h"

#include <gtest/gtest.h>

#include <array>

#include "admin/problem.h"

namespace agent_sessions::admin {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"q", "agent", "limit"};

ErrorCode code_of_parsing(std::string_view raw) {
    try {
        Query::parse(raw, kKnown);
    } catch (const Refusal& refusal) {
        EXPECT_FALSE(refusal.detail.empty());
        return refusal.code;
    }
    ADD_FAILURE() << raw << " was taken";
    return ErrorCode::internal_error;
}

TEST(QueryTest, DecodesNamesAndValues) {
    const Query query = Query::parse("q=a+b%20c%2Bd&%61gent=Zo%C3%AB&limit", kKnown);
    EXPECT_EQ(query.find("q"), "a b c+d");
    EXPECT_EQ(query.find("agent"), "Zo\xC3\xAB");
    EXPECT_EQ(query.find("limit"), "");
    EXPECT_EQ(Query::parse("q=a=b", kKnown).find("q"), "a=b");
}

TEST(QueryTest, AnEmptyQueryHasNoParameters) {
    const Query query = Query::parse("", kKnown);
    EXPECT_EQ(query.find("q"), std::nullopt);
    EXPECT_EQ(query.find(""), std::nullopt);
}

TEST(QueryTest, ReadsToItsEndAndNoFurther) {
    const std::string_view line = "q=ab&agent=c&limit=1 HTTP/1.1";
    EXPECT_EQ(Query::parse(line.substr(0, 3), kKnown).find("q"), "a");
    EXPECT_EQ(Query::parse(line.substr(0, 12), kKnown).find("agent"), "c");
    EXPECT_EQ(Query::parse(line.substr(0, 1), kKnown).find("q"), "");
    EXPECT_EQ(Query::parse(line.substr(0, 0), kKnown).parameters().size(), 0u);
    EXPECT_EQ(Query::parse(std::string_view(), kKnown).parameters().size(), 0u);
}

TEST(QueryTest, RefusesWhatItDoesNotKnow) {
    for (const char* raw : {"x=1", "Q=1", "=1", "q=1&", "&", "q=1&&limit=2", "q%00=1"}) {
        EXPECT_EQ(code_of_parsing(raw), ErrorCode::unknown_parameter) << raw;
    }
}

TEST(QueryTest, RefusesRepetition) {
    for (const char* raw : {"q=1&q=1", "q&q", "q=1&limit=2&%71=3"}) {
        EXPECT_EQ(code_of_parsing(raw), ErrorCode::repeated_parameter) << raw;
    }
}

TEST(QueryTest, RefusesWrongEncodings) {
    for (const char* raw : {"q=%", "q=%4", "q=%zz", "q=<script>", "q=Zo\xC3\xAB", "q=a b", "q[]=1", "q=a\"",
                            "q=a#b", "q=\x01"}) {
        EXPECT_EQ(code_of_parsing(raw), ErrorCode::invalid_query) << raw;
    }
    for (const char* raw : {"q=%FF", "q=%C0%80", "q=%ED%A0%80", "q=%E2%82"}) {
        EXPECT_EQ(code_of_parsing(raw), ErrorCode::invalid_parameter) << raw;
    }
}

}  // namespace
}  // namespace agent_sessions::admin
