#include <gtest/gtest.h>

#include <random>
#include <string>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

// Of letters at the edges of the alphabet, and of what is no ASCII or no UTF-8, in every length about a
// word's.
std::string some_text(std::mt19937& random, std::size_t longest) {
    static constexpr std::string_view kPieces[] = {"a", "A",    "z", "Z",    "@",        "[",    "`",
                                                   "{", "\x7F", "7", "\x01", "\xC3\x89", "\xFF", "Q"};
    // Mostly ASCII.
    const std::size_t choices = random() % 3 == 0 ? std::size(kPieces) : 11;
    std::string text;
    for (std::size_t left = random() % (longest + 1); left > 0; --left) {
        text += kPieces[random() % choices];
    }
    return text;
}

TEST(FoldedText, IsSearchedAndComparedAsIfItWereFoldedFirst) {
    std::mt19937 random(1);
    int contained = 0;
    for (int round = 0; round < 200'000; ++round) {
        const std::string text = some_text(random, round % 100 == 0 ? 200 : 20);
        const std::string other = folded(some_text(random, 20));
        std::string part = folded(some_text(random, 3));
        if (random() % 2 == 0 && !text.empty()) {
            part = folded(text).substr(random() % folded(text).size(), random() % 6);
        }
        ASSERT_EQ(contains_folded(text, part), folded(text).find(part) != std::string::npos)
            << text << " / " << part;
        contained += contains_folded(text, part) ? 1 : 0;
        const int compared = folded(text).compare(other);
        const int found = compare_folded(text, other);
        ASSERT_EQ(compared < 0, found < 0) << text << " / " << other;
        ASSERT_EQ(compared > 0, found > 0) << text << " / " << other;
        ASSERT_EQ(reads_as(text, other), valid_text(text) == other);
        ASSERT_TRUE(reads_as(text, valid_text(text)));
    }
    EXPECT_GT(contained, 10'000);
}

}  // namespace
}  // namespace agent_sessions::admin
