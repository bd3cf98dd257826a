// Every text that agents read, in every language. They are written into pages and JSON as they are, so they
// hold nothing that would need escaping there. Thread safety: constants.
#pragma once

#include <string_view>

#include "ngx_module/gateway/language.h"
#include "tracker/types.h"

namespace agent_sessions::gateway {

struct MessageTexts {
    std::string_view ended_title;
    // Before one of the words below, on the page and where nothing says what "it" is.
    std::string_view it_was;
    std::string_view session_was;

    std::string_view by_administrator;
    std::string_view replaced;
    std::string_view by_limit;
    std::string_view idle;
    std::string_view absolute;
    std::string_view logout;
    std::string_view closed;  // for any other reason

    std::string_view words_follow;
    std::string_view go_on;
    std::string_view after_post;
    std::string_view button;

    std::string_view required_title;
    std::string_view required_detail;
    std::string_view unavailable_title;
    std::string_view unavailable_detail;
    std::string_view conflict_title;
    std::string_view conflict_detail;
};

const MessageTexts& texts_in(Language language) noexcept;

// "closed by an administrator", …
std::string_view reason_in_words(tracker::EndReason reason, Language language = Language::english) noexcept;

}  // namespace agent_sessions::gateway
