#include "ngx_module/gateway/text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <utility>

namespace agent_sessions::gateway {
namespace {

using namespace std::string_literals;

std::string html(std::string_view text) {
    std::string out = "before ";
    append_html(out, text);
    EXPECT_TRUE(out.starts_with("before "));
    return out.substr(7);
}

std::string json_of(std::string_view text) {
    std::string out;
    append_json(out, text);
    return out;
}

std::string repaired_of(std::string_view text) {
    return std::string(boost::json::parse(json_of(text)).as_string());
}

const std::string kBroken = "\xef\xbf\xbd";

TEST(RepairUtf8, LeavesWhatIsWellFormed) {
    for (const std::string& text : {""s, "plain"s, "tab\tline\nend\r\n"s, "\xc3\xa4"s, "\xe2\x82\xac"s,
                                    "\xf0\x9f\x98\x80"s, "\xc2\xa0"s, "\xef\xbb\xbf"s, "\xed\x9f\xbf"s,
                                    "\xee\x80\x80"s, "\xf4\x8f\xbf\xbf"s, "\xef\xbf\xbd"s}) {
        EXPECT_EQ(repaired_of(text), text);
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
        EXPECT_EQ(repaired_of(text), repaired);
    }
}

TEST(RepairUtf8, ReplacesControls) {
    for (int byte = 0; byte < 0x20; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const bool kept = byte == '\t' || byte == '\n' || byte == '\r';
        EXPECT_EQ(repaired_of(text), kept ? text : kBroken) << byte;
    }
    EXPECT_EQ(repaired_of("\x7f"), kBroken);
    EXPECT_EQ(repaired_of("\xc2\x80"), kBroken);
    EXPECT_EQ(repaired_of("\xc2\x9f"), kBroken);
}

TEST(AppendHtml, EscapesWhatEndsTextOrAttributes) {
    EXPECT_EQ(html("<script>alert('x') & \"y\"</script>"),
              "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
    EXPECT_EQ(html("\xc0\xbc"), kBroken + kBroken) << "an overlong <";
    EXPECT_EQ(html("a\0b"s), "a" + kBroken + "b");
}

TEST(AppendHtml, LeavesOutWhatTurnsTextAround) {
    EXPECT_EQ(html("a\xe2\x80\xae"
                   "b\xe2\x80\xac"
                   "c\xe2\x81\xa6"
                   "d\xe2\x81\xa9"
                   "e"),
              "abcde");
    EXPECT_EQ(html("\xe2\x80\x8f"), "\xe2\x80\x8f") << "needed by right-to-left text";
}

TEST(AppendJson, IsSafeInHtmlAndMeansTheSame) {
    const std::string text = "</script><!-- & \xe2\x80\xa8\xe2\x80\xa9 \" \\ \n \xc3\xa4";
    const std::string escaped = json_of(text);
    for (const char* forbidden : {"<", ">", "&", "\xe2\x80\xa8", "\xe2\x80\xa9", "\n"}) {
        EXPECT_EQ(escaped.find(forbidden), std::string::npos) << forbidden;
    }
    EXPECT_EQ(boost::json::parse(escaped).as_string(), text);
}

// Every byte is plain, an escape, or broken, and each stands for what it was.
TEST(AppendJson, KeepsEveryAsciiCharacter) {
    for (int byte = 0; byte < 0x80; ++byte) {
        const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "z";
        const bool kept = (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
        EXPECT_EQ(repaired_of(text), kept ? text : "a" + kBroken + "z") << byte;
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
