#include "ngx_module/gateway/ended_message.h"

#include <boost/json.hpp>

#include "ngx_module/gateway/text.h"

namespace agent_sessions::gateway {

namespace {

namespace json = boost::json;
using tracker::EndReason;

// Its hash stands in the policy below; the test compares both.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{margin:0;padding:10vh 1.5rem;font:1rem/1.5 system-ui,sans-serif}"
    "main{max-width:34rem;margin:auto}"
    "h1{font-size:1.5rem;line-height:1.2}"
    "blockquote{margin:1rem 0;padding:.25rem 1rem;border-left:.25rem solid;white-space:pre-line;"
    "overflow-wrap:anywhere}"
    ".button{display:inline-block;padding:.6rem 1.2rem;border-radius:.3rem;background:#0b57d0;color:#fff;"
    "font-weight:600;text-decoration:none}"
    ".button:focus-visible{outline:.2rem solid;outline-offset:.2rem}";

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'sha256-SYnta8235kUZuILHV6e+nyTd8ChuBI5mJarGLv6+FWo='; form-action "
    "'self'; base-uri 'none'";

constexpr std::string_view kEndedTitle = "Your session was closed";
constexpr std::string_view kContinue = "Please reload and reactivate the application in order to continue.";
constexpr std::string_view kButton = "Reload and reactivate";
constexpr std::string_view kWordsFollow = "The message that was left for you:";
constexpr std::string_view kAfterPost =
    "What you sent was not carried out. Use Back in your browser to see what you typed and copy it before "
    "you "
    "reactivate the application.";

constexpr std::string_view kRequiredTitle = "A session is required";
constexpr std::string_view kRequiredDetail =
    "This request carries no session. Open the application in the browser first.";

constexpr std::string_view kUnavailableTitle = "No session can begin now";
constexpr std::string_view kUnavailableDetail =
    "The application can't be opened at the moment. Please try again in a few seconds.";
constexpr std::string_view kRetryAfterSeconds = "5";

constexpr std::string_view kConflictTitle = "Conflicting session cookies";
constexpr std::string_view kConflictDetail =
    "The browser sent several session cookies that differ. Delete the cookies of this site, then reload the "
    "page.";

std::string ended_detail(EndReason reason) {
    return "The session was " + std::string(reason_in_words(reason)) + ". " + std::string(kContinue);
}

std::string page(std::string_view title, std::string_view content) {
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>";
    html += title;
    html +=
        "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"robots\" content=\"noindex\">\n<style>";
    html += kStyle;
    html += "</style>\n</head>\n<body>\n<main>\n<h1>";
    html += title;
    html += "</h1>\n";
    html += content;
    html += "</main>\n</body>\n</html>\n";
    return html;
}

std::string paragraph(std::string_view text) {
    return "<p>" + escape_html(text) + "</p>\n";
}

std::string ended_page(const EndedMessage& message) {
    std::string content = paragraph("It was " + std::string(reason_in_words(message.reason)) + ".");
    if (!message.words.empty()) {
        content += paragraph(kWordsFollow);
        content += "<blockquote dir=\"auto\">" + escape_html(message.words) + "</blockquote>\n";
    }
    content += paragraph(kContinue);
    if (message.after_post) {
        content += paragraph(kAfterPost);
    }
    if (!message.reactivate.empty()) {
        content += "<p><a class=\"button\" rel=\"nofollow\" href=\"" + escape_html(message.reactivate) +
                   "\">" + std::string(kButton) + "</a></p>\n";
    }
    return page(kEndedTitle, content);
}

json::object problem(int status, std::string_view code, std::string_view title, std::string_view detail) {
    json::object body;
    body["type"] = "urn:agent-sessions:problem:" + std::string(code);
    body["title"] = title;
    body["status"] = status;
    body["detail"] = detail;
    body["code"] = code;
    return body;
}

Answer make_answer(int status, bool as_page, std::string body) {
    Answer answer;
    answer.status = status;
    answer.headers = {
        {"Content-Type", as_page ? "text/html; charset=utf-8" : "application/problem+json"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
    };
    if (as_page) {
        answer.headers.emplace_back("Content-Security-Policy", kPolicy);
    }
    answer.body = std::move(body);
    return answer;
}

Answer make_refusal(int status, std::string_view code, std::string_view title, std::string_view detail,
                    bool as_page) {
    return make_answer(status, as_page,
                       as_page ? page(title, paragraph(detail))
                               : escape_json(json::serialize(problem(status, code, title, detail))));
}

}  // namespace

std::string_view reason_in_words(EndReason reason) noexcept {
    switch (reason) {
        case EndReason::administrator:
            return "closed by an administrator";
        case EndReason::replaced:
            return "replaced by another session of yours";
        case EndReason::limit:
            return "closed because the licence limit was reached";
        case EndReason::idle:
            return "closed because it was idle for too long";
        case EndReason::absolute:
            return "closed because its time was over";
        case EndReason::logout:
            return "closed by logging out";
        case EndReason::none:
            break;
    }
    return "closed";
}

Answer ended_answer(const EndedMessage& message, bool as_page) {
    std::string body;
    if (as_page) {
        body = ended_page(message);
    } else {
        json::object document =
            problem(message.status, "session_ended", kEndedTitle, ended_detail(message.reason));
        document["reason"] = tracker::to_string(message.reason);
        document["message"] =
            message.words.empty() ? json::value(nullptr) : json::value(repair_utf8(message.words));
        if (!message.reactivate.empty()) {
            document["reactivate"] = repair_utf8(message.reactivate);
        }
        body = escape_json(json::serialize(document));
    }
    Answer answer = make_answer(message.status, as_page, std::move(body));
    answer.headers.emplace_back("Agent-Session", "ended");
    return answer;
}

Answer session_required_answer(bool as_page) {
    return make_refusal(403, "session_required", kRequiredTitle, kRequiredDetail, as_page);
}

Answer session_unavailable_answer(bool as_page) {
    Answer answer = make_refusal(503, "session_unavailable", kUnavailableTitle, kUnavailableDetail, as_page);
    answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
    return answer;
}

Answer cookie_conflict_answer(bool as_page) {
    return make_refusal(400, "cookie_conflict", kConflictTitle, kConflictDetail, as_page);
}

}  // namespace agent_sessions::gateway
