#include "ngx_module/gateway/query_argument.h"

#include <gtest/gtest.h>

#include <string>

namespace agent_sessions::gateway {
namespace {

TEST(QueryArgument, IsFoundByItsWholeName) {
    EXPECT_EQ(find_argument("name=v", "name"), "v");
    EXPECT_EQ(find_argument("a=b&name=v", "name"), "v");
    EXPECT_EQ(find_argument("a=b&name=v&c=d", "name"), "v");
    EXPECT_EQ(find_argument("names=w&name=v", "name"), "v");
    EXPECT_EQ(find_argument("a_name=w&name=v", "name"), "v");
    EXPECT_EQ(find_argument("a=name=w&name=v", "name"), "v");
    EXPECT_EQ(find_argument("name&name=v", "name"), "v");
    EXPECT_EQ(find_argument("&&name=v&&", "name"), "v");
}

TEST(QueryArgument, OfSeveralIsTheFirst) {
    EXPECT_EQ(find_argument("name=v&name=w", "name"), "v");
    EXPECT_EQ(find_argument("name=&name=w", "name"), "");
}

TEST(QueryArgument, TakesTheNameInAnyCaseAndTheValueAsItIs) {
    EXPECT_EQ(find_argument("NaMe=V%20w", "name"), "V%20w");
    EXPECT_EQ(find_argument("NAME=v&name=w", "name"), "v");
    EXPECT_EQ(find_argument("nam\x65\x00=v", "name"), "");
    EXPECT_EQ(find_argument("name=a=b", "name"), "a=b");
}

TEST(QueryArgument, IsEmptyWhereThereIsNone) {
    for (const char* query : {"", "&", "=", "name", "nam=v", "xname=v", "name%3Dv"}) {
        EXPECT_EQ(find_argument(query, "name"), "") << query;
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
