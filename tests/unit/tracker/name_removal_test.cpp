#include "tracker/name_removal.h"

#include <gtest/gtest.h>

#include <array>
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
    EXPECT_EQ(without("Éva, éva!", "Éva"), "P, éva!") << "only ASCII letters are the same in both cases";
    EXPECT_EQ(without("@ann", "@ann"), "P");
    EXPECT_EQ(without("x@ann", "@ann"), "xP") << "a name that begins with a sign begins a word";
    EXPECT_EQ(without("aaa aa", "aa"), "aaa P");
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
