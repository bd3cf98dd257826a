#include "admin/text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "admin/json_text.h"

namespace agent_sessions::admin {
namespace {

using namespace std::string_literals;

TEST(TextTest, KnowsUtf8FromWhatOnlyLooksLikeIt) {
    EXPECT_TRUE(is_valid_utf8(""));
    EXPECT_TRUE(is_valid_utf8("plain"));
    EXPECT_TRUE(is_valid_utf8("Zoë \xE2\x82\xAC \xF0\x9F\x99\x82"));
    EXPECT_TRUE(is_valid_utf8("\0"s));
    EXPECT_FALSE(is_valid_utf8("\xC0\x80"));          // overlong NUL
    EXPECT_FALSE(is_valid_utf8("\xE0\x80\xAF"));      // overlong slash
    EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));      // a surrogate
    EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
    EXPECT_FALSE(is_valid_utf8("ends \xE2\x82"));
    EXPECT_FALSE(is_valid_utf8("\x80"));
}

TEST(TextTest, PutsReplacementCharactersForWhatIsNotUtf8) {
    EXPECT_EQ(valid_text("a\xFF"
                         "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_TRUE(is_valid_utf8(valid_text("\xE2\x82 \xED\xA0\x80 \xC0\x80 \xF0\x9F")));
    EXPECT_EQ(valid_text("Zoë"), "Zoë");
    EXPECT_EQ(valid_text("\xE2\x80\"x"), "\xEF\xBF\xBD\"x") << "what follows a broken sequence stays";
    EXPECT_EQ(valid_text("\xF0\xC3\xAB"), "\xEF\xBF\xBDë");
}

TEST(TextTest, FindsControlCharactersOfBothRanges) {
    EXPECT_TRUE(has_control_characters("a\nb"));
    EXPECT_TRUE(has_control_characters("\0"s));
    EXPECT_TRUE(has_control_characters("\x7F"));
    EXPECT_TRUE(has_control_characters("\xC2\x85"));
    EXPECT_FALSE(has_control_characters("\xC2\xA0 plain Zoë"));
}

TEST(TextTest, FoldsLettersOfAllAlphabets) {
    EXPECT_EQ(folded("ADA"), "ada");
    EXPECT_EQ(folded("ÉMILE ЖУК"), "émile жук");
    EXPECT_EQ(folded("A\xFF"), "a\xEF\xBF\xBD");
}

TEST(JsonTextTest, LeavesNothingThatOpensATagOrEndsALine) {
    const boost::json::value value = {{"</script>&", "\xE2\x80\xA8 \xE2\x80\xA9 \xE2\x80\x9C \" \\ \n"}};

    const std::string text = json_text(value);

    EXPECT_EQ(text.find_first_of("<>&\n"), std::string::npos);
    EXPECT_EQ(text.find("\xE2\x80\xA8"), std::string::npos);
    EXPECT_EQ(text.find("\xE2\x80\xA9"), std::string::npos);
    EXPECT_EQ(boost::json::parse(text), value);
}

TEST(JsonTextTest, IsAlwaysUtf8) {
    const std::string text = json_text(boost::json::value(boost::json::string("a\xE2\x80")));
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(boost::json::parse(text).as_string(), "a\xEF\xBF\xBD");
}

TEST(JsonTextTest, KeepsEveryBytePairApart) {
    // Every string of two bytes must come back as valid JSON, whatever the bytes are.
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
            const boost::json::value back =
                boost::json::parse(json_text(boost::json::value(boost::json::string(bytes))));
            ASSERT_EQ(std::string(back.as_string()), valid_text(bytes)) << first << ' ' << second;
        }
    }
}

}  // namespace
}  // namespace agent_sessions::admin
