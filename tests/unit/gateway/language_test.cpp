#include "ngx_module/gateway/language.h"

#include <gtest/gtest.h>

namespace agent_sessions::gateway {
namespace {

TEST(LanguageTest, TheHighestQualityDecidesAndOfEqualOnesTheFirst) {
    EXPECT_EQ(preferred_language("de"), Language::german);
    EXPECT_EQ(preferred_language("de-CH, en;q=0.9"), Language::german);
    EXPECT_EQ(preferred_language("en;q=0.5, fr;q=0.8, de;q=0.79"), Language::french);
    EXPECT_EQ(preferred_language("it, fr-CA ; q=0.7 , de;Q=0.7"), Language::french);
    EXPECT_EQ(preferred_language("FR"), Language::french);
    EXPECT_EQ(preferred_language("*;q=0.1, de;q=0.2"), Language::german);
    EXPECT_EQ(preferred_language("es, *;q=0.8, de;q=0.5"), Language::english);
}

TEST(LanguageTest, WhatIsNotAcceptableOrNotOursIsEnglish) {
    for (const char* header :
         {"", "es", "es-ES, it;q=0.9", "de;q=0", "de;q=0.000", "deutsch", "d", "-de", ",", ";", ",;q=1"}) {
        EXPECT_EQ(preferred_language(header), Language::english) << header;
    }
    EXPECT_EQ(preferred_language("de;q=0, fr;q=0.001"), Language::french);
}

TEST(LanguageTest, AQualityThatIsNoneCountsAsZero) {
    for (const char* header :
         {"de;q=", "de;q=1.5", "de;q=2", "de;q=0.1234", "de;q=-1", "de;q=x", "de;level=1", "de;q=.5"}) {
        EXPECT_EQ(preferred_language(header), Language::english) << header;
    }
    EXPECT_EQ(preferred_language("de;q=1.000"), Language::german);
}

TEST(LanguageTest, TagsAreThoseOfHtml) {
    EXPECT_EQ(tag_of(Language::english), "en");
    EXPECT_EQ(tag_of(Language::german), "de");
    EXPECT_EQ(tag_of(Language::french), "fr");
}

}  // namespace
}  // namespace agent_sessions::gateway
