#include "ngx_module/gateway/adopted_spelling.h"

#include <gtest/gtest.h>

#include <string>

namespace agent_sessions::gateway {
namespace {

using namespace std::string_literals;

TEST(AdoptedSpelling, WhatBrowsersSendIsReadAlikeEverywhere) {
    for (const std::string& line : {
             "app_session=0123456789abcdef"s,
             "a=b; app_session=s%3Aabc.def%2B/; c=d"s,
             "app_session=\"0123\""s,
             " app_session = 0123 ;a=b"s,
             "theme=dark mode; name=J\xc3\xbcrgen; app_session=1; list=1,2,3"s,
             "back=/page?app_session=1; app_sessions=2; my_app_session=3; App_session=4"s,
             "app_session"s,
             "app_session=; =app_session=1"s,
             ""s,
         }) {
        EXPECT_FALSE(is_ambiguous(line, "app_session")) << line;
    }
}

TEST(AdoptedSpelling, WhatOnlySomeReadAsItIsAmbiguous) {
    for (const std::string& line : {
             "app_session=0123%00"s,   // PHP: cut at NUL
             "app_session=0123%00x"s,  //
             "\x0b"
             "app_session=0123"s,  // PHP: isspace() before a name
             "a=b;\x0c"
             "app_session=0123"s,  //
             "a=b; \r"
             "app_session=0123"s,  //
             "app.session=0123"s,  // PHP: names of variables
             "app session=0123"s,  //
             "app[session=0123"s,  //
             "\xa0"
             "app_session=0123"s,      // NBSP, trimmed by String.trim()
             "app_session\xa0=0123"s,  //
             "app_session=\xa0"
             "0123"s,                           //
             "app_session=\"0123"s,             // a lone quotation mark
             "app_session=0123\""s,             //
             "app_session=\""s,                 //
             "app_session=01\"23"s,             //
             "app_session=\"\\060123\""s,       // Python: octal
             "a=b app_session=0123"s,           // Python: splits at blanks
             "a=b; secure app_session=0123"s,   //
             "a=\"b\", app_session=\"0123\""s,  // RFC 2109
             "$Version=1; app_session=0123"s,   //
             "app_session=" + std::string(5000, 'a'),
         }) {
        EXPECT_TRUE(is_ambiguous(line, "app_session")) << line;
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
