#include "admin/csv.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <vector>

namespace agent_sessions::admin {
namespace {

std::string cell(boost::json::value value) {
    const std::vector<std::string_view> columns{"c"};
    const std::string csv =
        csv_text(columns, boost::json::array{boost::json::object{{"c", std::move(value)}}});
    return csv.substr(3, csv.size() - 5);
}

TEST(Csv, HasAHeaderLineEvenWithoutRows) {
    const std::vector<std::string_view> columns{"a", "b"};
    EXPECT_EQ(csv_text(columns, {}), "a,b\r\n");
    EXPECT_EQ(csv_text(columns, boost::json::array{boost::json::object{{"b", 1}, {"other", 2}}}),
              "a,b\r\n,1\r\n");
}

TEST(Csv, QuotesWhatWouldBreakALine) {
    EXPECT_EQ(cell("plain text"), "plain text");
    EXPECT_EQ(cell("a,b"), "\"a,b\"");
    EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(cell(nullptr), "");
    EXPECT_EQ(cell(true), "true");
    EXPECT_EQ(cell(-5), "-5");
    EXPECT_EQ(cell(boost::json::array{"Refund", "Address, change"}), "\"Refund; Address, change\"");
    EXPECT_EQ(cell("\xff"), "\xEF\xBF\xBD");
}

TEST(Csv, NoCellIsAFormula) {
    for (const std::string start : {"=", "+", "-", "@", "\t"}) {
        EXPECT_EQ(cell(boost::json::string(start + "1")), "'" + start + "1");
    }
    EXPECT_EQ(cell("\r1"), "\"'\r1\"");
    EXPECT_EQ(cell("=1,2"), "\"'=1,2\"");
    EXPECT_EQ(cell(boost::json::array{"=1"}), "'=1");
    EXPECT_EQ(cell("a=1"), "a=1");
}

}  // namespace
}  // namespace agent_sessions::admin
