// What an agent reads: the message about an ended session, and the refusals, in the agent's language; the
// texts are those of message_texts.h. Everything that comes from outside is escaped; text that is not UTF-8
// is repaired. Thread safety: pure.
#pragma once

#include <boost/container/static_vector.hpp>
#include <string>
#include <string_view>

#include "ngx_module/gateway/language.h"
#include "tracker/types.h"

namespace agent_sessions::gateway {

struct Header {
    std::string_view name;
    std::string_view value;
};

struct Answer {
    int status = 403;
    // Content-Type included, Content-Length not. The views of those that are made here are of constants.
    boost::container::static_vector<Header, 12> headers;
    std::string body;
};

struct EndedMessage {
    int status = 403;  // agent_sessions_ended_status
    tracker::EndReason reason = tracker::EndReason::administrator;
    std::string_view words;  // EndedFacts::message; may be empty
    // From reactivation_url() or reactivation_url_of_page(). Empty = no mark could be made: the page then
    // asks for a reload only, the JSON body has no `reactivate`.
    std::string_view reactivate;
    Language language = Language::english;
    bool after_post = false;  // says Back, so that typed text can be copied
};

// As a page (HTML) or as application/problem+json (RFC 9457) with code "session_ended".
Answer ended_answer(const EndedMessage& message, bool as_page);

// 403, code "session_required". Source: PRODUCT 4, last but one point.
Answer session_required_answer(bool as_page, Language language = Language::english);

// 503 with Retry-After, code "session_unavailable". Source: PRODUCT 8, "turns that into refusing".
Answer session_unavailable_answer(bool as_page, Language language = Language::english);

// 400, code "cookie_conflict". Source: PRODUCT 6, "two different values are refused".
Answer cookie_conflict_answer(bool as_page, Language language = Language::english);

// application/problem+json (RFC 9457). The texts must need no escaping in JSON.
Answer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail);

}  // namespace agent_sessions::gateway
