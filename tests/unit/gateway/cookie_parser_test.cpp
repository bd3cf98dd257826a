#include "ngx_module/gateway/cookie_parser.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

namespace agent_sessions::gateway {

static std::ostream& operator<<(std::ostream& stream, CookieValue::Status status) {
    switch (status) {
        case CookieValue::Status::absent:
            return stream << "absent";
        case CookieValue::Status::found:
            return stream << "found";
        case CookieValue::Status::conflicting:
            return stream << "conflicting";
        case CookieValue::Status::malformed:
            return stream << "malformed";
    }
    return stream << "?";
}

namespace {

using namespace std::string_literals;
using Status = CookieValue::Status;
constexpr Status kAbsent = Status::absent;
constexpr Status kFound = Status::found;
constexpr Status kConflicting = Status::conflicting;
constexpr Status kMalformed = Status::malformed;

constexpr std::string_view kName = "__Host-agent_session";

// "@" stands for the name.
std::string spell(const std::string& text) {
    std::string spelled;
    for (const char character : text) {
        if (character == '@') {
            spelled += kName;
        } else {
            spelled += character;
        }
    }
    return spelled;
}

struct Case {
    std::vector<std::string> lines;
    Status status;
    std::string value;
};

CookieValue look(const std::vector<std::string>& lines, std::string_view name = kName,
                 std::size_t max_value_bytes = kMaxCookieValueBytes) {
    static std::vector<std::string> spelled;
    spelled.clear();
    for (const std::string& line : lines) {
        spelled.push_back(spell(line));
    }
    const std::vector<std::string_view> views(spelled.begin(), spelled.end());
    return find_cookie(views, name, max_value_bytes);
}

void check(const std::vector<Case>& cases) {
    for (const Case& expected : cases) {
        std::string shown;
        for (const std::string& line : expected.lines) {
            shown += "[" + line + "]";
        }
        const CookieValue result = look(expected.lines);
        EXPECT_EQ(result.status, expected.status) << shown;
        EXPECT_EQ(result.value, expected.value) << shown;
    }
}

TEST(CookieParser, FindsOneValue) {
    check({
        {{"@=v"}, kFound, "v"},
        {{"@=v;"}, kFound, "v"},
        {{";@=v"}, kFound, "v"},
        {{";;;@=v;;;"}, kFound, "v"},
        {{"@=v; a=b"}, kFound, "v"},
        {{"a=b; @=v"}, kFound, "v"},
        {{"a=b;@=v;c=d"}, kFound, "v"},
        {{"a=b;@=v", "c=d"}, kFound, "v"},
        {{"a=b", "@=v"}, kFound, "v"},
        {{"", "@=v", ""}, kFound, "v"},
        {{"a=b", "c=d", "e=f", "@=v"}, kFound, "v"},
        {{"@=AZaz09-_"}, kFound, "AZaz09-_"},
        {{"@=!#$%&'()*+-./:<=>?@[]^_`{|}~"}, kFound, "!#$%&'()*+-./:<=>?" + std::string(kName) + "[]^_`{|}~"},
        {{"@=a=b"}, kFound, "a=b"},
        {{"@==="}, kFound, "=="},
        {{"@=="}, kFound, "="},
        {{"@=@"}, kFound, std::string(kName)},
        {{"@=@=v"}, kFound, std::string(kName) + "=v"},
    });
}

TEST(CookieParser, TrimsSpacesAndTabsOnly) {
    check({
        {{" @=v"}, kFound, "v"},        {{"\t@=v"}, kFound, "v"},
        {{"@=v "}, kFound, "v"},        {{"@=v\t"}, kFound, "v"},
        {{" \t @=v \t "}, kFound, "v"}, {{"@ =v"}, kFound, "v"},
        {{"@\t=v"}, kFound, "v"},       {{"@= v"}, kFound, "v"},
        {{"@ \t=\t v"}, kFound, "v"},   {{"a=b;    @   =   v   ;c=d"}, kFound, "v"},
        {{"\r@=v"}, kAbsent, ""},       {{"\n@=v"}, kAbsent, ""},
        {{"\v@=v"}, kAbsent, ""},       {{"\f@=v"}, kAbsent, ""},
        {{"\xc2\xa0@=v"}, kAbsent, ""}, {{"@=v\r"}, kMalformed, ""},
        {{"@=v\n"}, kMalformed, ""},    {{"@=v\v"}, kMalformed, ""},
        {{"@=v\f"}, kMalformed, ""},    {{"@=v\xc2\xa0"}, kMalformed, ""},
    });
}

TEST(CookieParser, SeesNothingInOtherNames) {
    check({
        {{}, kAbsent, ""},
        {{""}, kAbsent, ""},
        {{" "}, kAbsent, ""},
        {{";"}, kAbsent, ""},
        {{"="}, kAbsent, ""},
        {{"=;=;="}, kAbsent, ""},
        {{"=v"}, kAbsent, ""},
        {{" =v"}, kAbsent, ""},
        {{"v"}, kAbsent, ""},
        {{"@"}, kAbsent, ""},
        {{"@;a=b"}, kAbsent, ""},
        {{"a=b; @"}, kAbsent, ""},
        {{"=@=v"}, kAbsent, ""},
        {{"a=@=v"}, kAbsent, ""},
        {{"a=b=@=v"}, kAbsent, ""},
        {{"x@=v"}, kAbsent, ""},
        {{"@x=v"}, kAbsent, ""},
        {{"x @=v"}, kAbsent, ""},
        {{"@ x=v"}, kAbsent, ""},
        {{"$@=v"}, kAbsent, ""},
        {{"\"@\"=v"}, kAbsent, ""},
        {{"\"@=v\""}, kAbsent, ""},
        {{"'@'=v"}, kAbsent, ""},
        {{"__HOST-agent_session=v"}, kAbsent, ""},
        {{"__host-agent_session=v"}, kAbsent, ""},
        {{"__Host-Agent_Session=v"}, kAbsent, ""},
        {{"__Host-agent_sessio\x6e\xcc\x81=v"}, kAbsent, ""},
        {{"agent_session=v"}, kAbsent, ""},
        {{"__Host-agent_sessions=v"}, kAbsent, ""},
        {{"__Host-agent_session%3Dv"}, kAbsent, ""},
        {{"__Host%2Dagent_session=v"}, kAbsent, ""},
        {{"__Host-agent_session\0=v"s}, kAbsent, ""},
        {{"\0@=v"s}, kAbsent, ""},
        {{"__Host-agent\0_session=v"s}, kAbsent, ""},
        {{"\x7f@=v"}, kAbsent, ""},
        {{"\xff@=v"}, kAbsent, ""},
        {{"\xef\xbb\xbf@=v"}, kAbsent, ""},
    });
}

TEST(CookieParser, DoesNotSplitAtAnythingButSemicolons) {
    check({
        {{"a=b, @=v"}, kAbsent, ""},
        {{"a=b,@=v"}, kAbsent, ""},
        {{"a=b&@=v"}, kAbsent, ""},
        {{"a=b @=v"}, kAbsent, ""},
        {{"a=b\t@=v"}, kAbsent, ""},
        {{"a=b\n@=v"}, kAbsent, ""},
        {{"a=b\r\n@=v"}, kAbsent, ""},
        {{"a=b\0@=v"s}, kAbsent, ""},
        {{"a=b%3B@=v"}, kAbsent, ""},
        {{"@=v, a=b"}, kMalformed, ""},
        {{"@=v,a=b"}, kMalformed, ""},
        {{"@=v, @=w"}, kMalformed, ""},
        {{"@=v a=b"}, kMalformed, ""},
        {{"@=v\0; a=b"s}, kMalformed, ""},
        // A semicolon ends a cookie inside quotes as well, for browsers know no quoting.
        {{"a=\"x; @=v\""}, kMalformed, ""},
        {{"a=\"x; @=v; y\""}, kFound, "v"},
        {{"a=\\; @=v"}, kFound, "v"},
    });
}

TEST(CookieParser, RefusesBadValues) {
    check({
        {{"@="}, kMalformed, ""},
        {{"@=;"}, kMalformed, ""},
        {{"@= "}, kMalformed, ""},
        {{"@=\t"}, kMalformed, ""},
        {{"a=b; @=; c=d"}, kMalformed, ""},
        {{"@=\"v\""}, kMalformed, ""},
        {{"@=\""}, kMalformed, ""},
        {{"@=\"\""}, kMalformed, ""},
        {{"@=v\""}, kMalformed, ""},
        {{"@=\"v"}, kMalformed, ""},
        {{"@=v v"}, kMalformed, ""},
        {{"@=v\tv"}, kMalformed, ""},
        {{"@=v,"}, kMalformed, ""},
        {{"@=,"}, kMalformed, ""},
        {{"@=v\\v"}, kMalformed, ""},
        {{"@=\0"s}, kMalformed, ""},
        {{"@=v\0"s}, kMalformed, ""},
        {{"@=\0v"s}, kMalformed, ""},
        {{"@=v\x01"}, kMalformed, ""},
        {{"@=v\x1f"}, kMalformed, ""},
        {{"@=v\x7f"}, kMalformed, ""},
        {{"@=v\x80"}, kMalformed, ""},
        {{"@=v\xff"}, kMalformed, ""},
        {{"@=\xc3\xa4"}, kMalformed, ""},
        {{"@=v\r\nSet-Cookie: x"}, kMalformed, ""},
    });
}

TEST(CookieParser, TakesTheSameValueTwice) {
    check({
        {{"@=v; @=v"}, kFound, "v"},
        {{"@=v;@=v;@=v"}, kFound, "v"},
        {{"@=v", "@=v"}, kFound, "v"},
        {{"@=v", "a=b; @= v "}, kFound, "v"},
        {{"@=\"v\"; @=\"v\""}, kMalformed, ""},
        {{"@=; @="}, kMalformed, ""},
        {{"@=v; __HOST-agent_session=w"}, kFound, "v"},
        {{"__HOST-agent_session=w; @=v"}, kFound, "v"},
        {{"@=v; @"}, kFound, "v"},
        {{"@=v; =@=w"}, kFound, "v"},
    });
}

TEST(CookieParser, NoticesDifferentValues) {
    check({
        {{"@=v; @=w"}, kConflicting, ""},
        {{"@=w; @=v"}, kConflicting, ""},
        {{"@=v", "@=w"}, kConflicting, ""},
        {{"@=v; a=b", "c=d; @=w"}, kConflicting, ""},
        {{"@=v; @=v; @=w"}, kConflicting, ""},
        {{"@=v", "@=v", "@=v", "@=V"}, kConflicting, ""},
        {{"@=v; @="}, kConflicting, ""},
        {{"@=; @=v"}, kConflicting, ""},
        {{"@=v; @=\"v\""}, kConflicting, ""},
        {{"@=\"v\"; @=v"}, kConflicting, ""},
        {{"@=v; @=v,"}, kConflicting, ""},
        {{"@=v; @=v\0"s}, kConflicting, ""},
        {{"@=v; @ =w"}, kConflicting, ""},
        {{"@=v; @=v@=v"}, kConflicting, ""},
    });
}

TEST(CookieParser, CanLeaveTheValueUnjudged) {
    const auto look_at = [](std::string_view line) {
        CookieSearch search("name");
        search.look_through(line);
        return search.result();
    };
    for (const std::string_view value : {"", "v", "\"v\"", "v v", "v,w", "v\xff"}) {
        const CookieValue found = look_at("a=b; name=" + std::string(value));
        EXPECT_EQ(found.status, kFound) << value;
        EXPECT_EQ(found.value.size(), value.size()) << value;
    }
    EXPECT_EQ(look_at("name=v; name=w").status, kConflicting);
    EXPECT_EQ(look_at("names=v").status, kAbsent);
}

TEST(CookieParser, LimitsTheLength) {
    const std::string longest(kMaxCookieValueBytes, 'v');
    check({
        {{"@=" + longest}, kFound, longest},
        {{"@=" + longest + "v"}, kMalformed, ""},
        {{"@=" + std::string(64 * 1024, 'v')}, kMalformed, ""},
        {{"a=" + std::string(64 * 1024, 'v') + "; @=v"}, kFound, "v"},
        {{"@=v; @=" + std::string(64 * 1024, 'v')}, kConflicting, ""},
        {{std::string(64 * 1024, ';') + "@=v"}, kFound, "v"},
        {{std::string(64 * 1024, ' ') + "@=v"}, kFound, "v"},
        {{std::string(64 * 1024, '=') + "@=v"}, kAbsent, ""},
    });
    EXPECT_EQ(look({"@=1234"}, kName, 4).status, kFound);
    EXPECT_EQ(look({"@=12345"}, kName, 4).status, kMalformed);
}

TEST(CookieParser, ReadsTenThousandLines) {
    std::vector<std::string> lines(10'000, "a=b");
    lines.emplace_back("@=v");
    EXPECT_EQ(look(lines).value, "v");
    lines.emplace_back("@=w");
    EXPECT_EQ(look(lines).status, kConflicting);
}

TEST(CookieParser, TellsThePlainNameFromThePrefixedOne) {
    EXPECT_EQ(look({"__Host-agent_session=v"}, "agent_session").status, kAbsent);
    EXPECT_EQ(look({"__Host-agent_session=v; agent_session=w"}, "agent_session").value, "w");
    EXPECT_EQ(look({"__Host-agent_session=v; agent_session=w"}).value, "v");
}

// Whatever the bytes, the value that comes back is made of allowed ones and lies inside the line.
TEST(CookieParser, SurvivesEveryByteInEveryPlace) {
    const std::string whole = "a=b; " + std::string(kName) + "=value; c=d";
    for (std::size_t place = 0; place < whole.size(); ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string line = whole;
            line[place] = static_cast<char>(byte);
            const std::string_view view = line;
            const CookieValue result = find_cookie(std::span(&view, 1), kName);
            if (result.status != kFound) {
                ASSERT_TRUE(result.value.empty());
                continue;
            }
            ASSERT_GE(result.value.data(), line.data());
            ASSERT_LE(result.value.data() + result.value.size(), line.data() + line.size());
            for (const char character : result.value) {
                ASSERT_GT(character, 0x20) << place << " " << byte;
                ASSERT_LT(character, 0x7f) << place << " " << byte;
            }
        }
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
