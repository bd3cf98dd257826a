#include "tracker/name_removal.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>

namespace agent_sessions::tracker {
namespace {

std::string without(std::string_view text, std::string_view name) {
    std::array<char, 64> room;
    return std::string(replace_mentions(text, name, "P", room));
}

TEST(NameRemoval, FindsANameAsAWordOfItsOwn) {
    EXPECT_EQ(without("ann", "ann"), "P");
    EXPECT_EQ(without("for Ann, ann. ANN", "ann"), "for P, P. P");
    EXPECT_EQ(without("annex, joann, ann_b, ann7, annänn", "ann"), "annex, joann, ann_b, ann7, annänn");
    EXPECT_EQ(without("agent \"ann.lee@example.com\"", "ann.lee@example.com"), "agent \"P\"");
    EXPECT_EQ(without("(ann)ann-ann", "ann"), "(P)P-P");
    EXPECT_EQ(without("Éva, éva, ÉVA!", "Éva"), "P, P, P!");
    EXPECT_EQ(without("Évab, xéva", "Éva"), "Évab, xéva");
    EXPECT_EQ(without("\xff\xc3(", "\xff\xc3("), "P") << "bytes that are no text";
    EXPECT_EQ(without("@ann", "@ann"), "P");
    EXPECT_EQ(without("x@ann", "@ann"), "xP") << "a name that begins with a sign begins a word";
    EXPECT_EQ(without("aaa aa", "aa"), "aaa P");
}

std::string without_in_quotes(std::string_view text, std::string_view name) {
    std::array<char, 64> room;
    const std::string_view replaced = replace_mentions(text, name, "P", room, Within::quotes);
    EXPECT_EQ(mentions(text, name, Within::quotes), replaced != text);
    return std::string(replaced);
}

// An erasure of "all" or of a ref changed what the audit says of acts on nobody of that name.
TEST(NameRemoval, InQuotesLeavesWhatNobodyWrote) {
    const std::string ref(32, '7');
    EXPECT_EQ(without_in_quotes("all", "all"), "all");
    EXPECT_EQ(without_in_quotes(ref, ref), ref);
    EXPECT_EQ(without_in_quotes("agent \"agent\", search \"an agent\"", "agent"),
              "agent \"P\", search \"an P\"");
    EXPECT_EQ(without_in_quotes("label \"x\", search \"y\"", "search"), "label \"x\", search \"y\"");
    EXPECT_EQ(without_in_quotes("label \"x\", search \"y\"", "\", search \""), "label \"x\", search \"y\"");
    EXPECT_EQ(without_in_quotes("", "ann"), "");
    EXPECT_EQ(without_in_quotes("agent \"ann\"", ""), "agent \"ann\"");
}

// A name that began with a quotation mark stayed.
TEST(NameRemoval, InQuotesFindsNamesWithQuotationMarks) {
    EXPECT_EQ(without_in_quotes(R"(agent "Ann ""A"" Lee", label "x")", R"(Ann "A" Lee)"),
              R"(agent "P", label "x")");
    EXPECT_EQ(without_in_quotes(R"(agent """Ann"" Lee")", R"("Ann" Lee)"), R"(agent "P")");
    EXPECT_EQ(without_in_quotes(R"(agent "Lee ""Ann""", search "x")", R"(Lee "Ann")"),
              R"(agent "P", search "x")");
    EXPECT_EQ(without_in_quotes(R"(agent """x")", R"(")"), R"(agent "Px")");
    EXPECT_EQ(without_in_quotes(R"(label "of ""ann""", search "search")", "ann"),
              R"(label "of ""P""", search "search")");
    EXPECT_EQ(without_in_quotes(R"(label "of "ann" here", search "search")", "ann"),
              R"(label "of "P" here", search "search")")
        << "not doubled";
}

TEST(NameRemoval, InQuotesFindsANameInAValueWithoutAnEnd) {
    EXPECT_EQ(without_in_quotes("search \"ann", "ann"), "search \"P");
    EXPECT_EQ(without_in_quotes("search \"", "ann"), "search \"");
}

// The beginning of another name stayed where a pseudonym took its room, and no erasure found it again.
TEST(NameRemoval, InQuotesLeavesOutWholeValuesWhereThereIsNoRoom) {
    const auto erased = [](std::string_view text, std::string_view name) {
        std::array<char, 64> room;
        return std::string(
            replace_mentions(text, name, "erased-0123", std::span(room).first(text.size()), Within::quotes));
    };
    EXPECT_EQ(erased("label \"x x\", search \"bob\", idle", "x"), "label \u2026, search \"bob\", idle");
    EXPECT_EQ(erased("agent \"x\", search \"x\"", "x"), "agent \u2026, search \u2026");
}

TEST(NameRemoval, LeavesWhatDoesNotNameAnybody) {
    EXPECT_EQ(without("", "ann"), "");
    EXPECT_EQ(without("an", "ann"), "an");
    EXPECT_EQ(without("ann", ""), "ann");
    EXPECT_FALSE(mentions("ann", ""));
    EXPECT_FALSE(mentions("", ""));
}

TEST(NameRemoval, KeepsWithinItsRoomAndCutsNoCharacter) {
    std::array<char, 5> room;
    EXPECT_EQ(replace_mentions("a b", "a", "long", room), "long ");
    EXPECT_EQ(replace_mentions("a éé", "a", "wide", room), "wide ");
    EXPECT_EQ(replace_mentions("a é", "a", "wid", room), "wid ");
    EXPECT_EQ(replace_mentions("ééé", "a", "b", room), "éé");
    EXPECT_EQ(replace_mentions("a", "a", "", room), "");
}

}  // namespace
}  // namespace agent_sessions::tracker
