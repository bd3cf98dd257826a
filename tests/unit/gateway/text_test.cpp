#include "ngx_module/gateway/text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

namespace agent_sessions::gateway {
namespace {

using namespace std::string_literals;

const std::string kBroken = "\xef\xbf\xbd";

TEST(RepairUtf8, LeavesWhatIsWellFormed) {
    for (const std::string& text : {""s, "plain"s, "tab\tline\nend\r\n"s, "\xc3\xa4"s, "\xe2\x82\xac"s,
                                    "\xf0\x9f\x98\x80"s, "\xc2\xa0"s, "\xef\xbb\xbf"s, "\xed\x9f\xbf"s,
                                    "\xee\x80\x80"s, "\xf4\x8f\xbf\xbf"s, "\xef\xbf\xbd"s}) {
        EXPECT_EQ(repair_utf8(text), text);
    }
}

TEST(RepairUtf8, ReplacesEachMaximalBrokenPart) {
    const std::pair<std::string, std::string> cases[] = {
        {"\x80", kBroken},
        {"\xbf\xbf", kBroken + kBroken},
        {"\xc3", kBroken},
        {"\xc3x", kBroken + "x"},
        {"\xe2\x82", kBroken},
        {"\xe2\x82x", kBroken + "x"},
        {"\xf0\x9f\x98", kBroken},
        {"\xf0\x9f\x98\xc3\xa4", kBroken + "\xc3\xa4"},
        {"\xc0\xaf", kBroken + kBroken},
        {"\xe0\x80\xaf", kBroken + kBroken + kBroken},
        {"\xf0\x80\x80\xaf", kBroken + kBroken + kBroken + kBroken},
        {"\xed\xa0\x80", kBroken + kBroken + kBroken},
        {"\xf4\x90\x80\x80", kBroken + kBroken + kBroken + kBroken},
        {"\xf5", kBroken},
        {"\xff\xfe", kBroken + kBroken},
        {"a\xffz", "a" + kBroken + "z"},
    };
    for (const auto& [text, repaired] : cases) {
        EXPECT_EQ(repair_utf8(text), repaired);
    }
}

TEST(RepairUtf8, ReplacesControls) {
    for (int byte = 0; byte < 0x20; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const bool kept = byte == '\t' || byte == '\n' || byte == '\r';
        EXPECT_EQ(repair_utf8(text), kept ? text : kBroken) << byte;
    }
    EXPECT_EQ(repair_utf8("\x7f"), kBroken);
    EXPECT_EQ(repair_utf8("\xc2\x80"), kBroken);
    EXPECT_EQ(repair_utf8("\xc2\x9f"), kBroken);
}

TEST(EscapeHtml, EscapesWhatEndsTextOrAttributes) {
    EXPECT_EQ(escape_html("<script>alert('x') & \"y\"</script>"),
              "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
    EXPECT_EQ(escape_html("\xc0\xbc"), kBroken + kBroken) << "an overlong <";
    EXPECT_EQ(escape_html("a\0b"s), "a" + kBroken + "b");
}

TEST(EscapeHtml, LeavesOutWhatTurnsTextAround) {
    EXPECT_EQ(escape_html("a\xe2\x80\xae"
                          "b\xe2\x80\xac"
                          "c\xe2\x81\xa6"
                          "d\xe2\x81\xa9"
                          "e"),
              "abcde");
    EXPECT_EQ(escape_html("\xe2\x80\x8f"), "\xe2\x80\x8f") << "needed by right-to-left text";
}

TEST(EscapeJson, IsSafeInHtmlAndMeansTheSame) {
    const std::string text = "</script><!-- & \xe2\x80\xa8\xe2\x80\xa9 \" \\ \n \xc3\xa4";
    const std::string json = boost::json::serialize(boost::json::value(text));
    const std::string escaped = escape_json(json);
    for (const char* forbidden : {"<", ">", "&", "\xe2\x80\xa8", "\xe2\x80\xa9", "\n"}) {
        EXPECT_EQ(escaped.find(forbidden), std::string::npos) << forbidden;
    }
    EXPECT_EQ(boost::json::parse(escaped).as_string(), text);
}

}  // namespace
}  // namespace agent_sessions::gateway
