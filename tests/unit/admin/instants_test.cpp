#include "admin/instants.h"

#include <gtest/gtest.h>

#include "admin/answer.h"

namespace agent_sessions::admin {
namespace {

std::string read(std::string_view text) {
    const auto instant = parse_instant(text);
    return instant ? time_text(*instant) : "none";
}

TEST(Instants, AreThoseOfRfc3339) {
    EXPECT_EQ(read("2026-03-03T14:05:09Z"), "2026-03-03T14:05:09.000Z");
    EXPECT_EQ(read("2026-03-03t14:05:09.5z"), "2026-03-03T14:05:09.500Z");
    EXPECT_EQ(read("2026-03-03T14:05:09.123456789Z"), "2026-03-03T14:05:09.123Z");
    EXPECT_EQ(read("2026-03-03T00:05:09+05:45"), "2026-03-02T18:20:09.000Z");
    EXPECT_EQ(read("2026-03-03T14:05:09-03:30"), "2026-03-03T17:35:09.000Z");
    EXPECT_EQ(read("2026-03-03T14:05:09 01:00"), "2026-03-03T13:05:09.000Z") << "a + that was not encoded";
    EXPECT_EQ(read("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
}

TEST(Instants, WhatIsNoneIsRefused) {
    for (const char* wrong : {"",
                              "now",
                              "2026-03-03",
                              "2026-03-03T14:05Z",
                              "2026-03-03T14:05:09",
                              "2026-03-03 14:05:09Z",
                              "2026-02-29T14:05:09Z",
                              "2026-13-03T14:05:09Z",
                              "2026-03-03T24:05:09Z",
                              "2026-03-03T14:60:09Z",
                              "2026-03-03T14:05:61Z",
                              "2026-03-03T14:05:09.Z",
                              "2026-03-03T14:05:09.1234567890Z",
                              "2026-03-03T14:05:09+0100",
                              "2026-03-03T14:05:09+24:00",
                              "2026-03-03T14:05:09+-1:00",
                              "1969-12-31T23:59:59Z",
                              "1970-01-01T00:00:00+00:01",
                              "2026-03-03T-4:05:09Z",
                              "2026-03-03T14:05:09ZZ",
                              "20260303T140509Z"}) {
        EXPECT_EQ(read(wrong), "none") << wrong;
    }
}

TEST(Instants, DatesAreStrictToo) {
    EXPECT_EQ(date_text(*parse_date("2024-02-29")), "2024-02-29");
    for (const char* wrong :
         {"", "2026-2-03", "2026-02-30", "2026-00-01", "2026/02/03", "1969-12-31", "+026-02-03"}) {
        EXPECT_FALSE(parse_date(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace agent_sessions::admin
