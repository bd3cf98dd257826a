#include "ngx_module/gateway/ended_message.h"

#include <initializer_list>
#include <utility>

#include "ngx_module/gateway/message_texts.h"
#include "ngx_module/gateway/text.h"

namespace agent_sessions::gateway {

namespace {

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

constexpr std::string_view kRetryAfterSeconds = "5";

// Longer than nearly every answer, so that its text is written in one piece.
constexpr std::size_t kUsualProblem = 768;
constexpr std::size_t kUsualPage = 3072;

void append(std::string& out, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        out += part;
    }
}

// The texts of ours that go between these need no escaping; a test looks.
void open_page(std::string& html, std::string_view title, Language language) {
    html.reserve(kUsualPage);
    append(html, {"<!DOCTYPE html>\n<html lang=\"", tag_of(language),
                  "\">\n<head>\n<meta charset=\"utf-8\">\n<title>", title,
                  "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
                  "<meta name=\"robots\" content=\"noindex\">\n<style>", kStyle,
                  "</style>\n</head>\n<body>\n<main>\n<h1>", title, "</h1>\n"});
}

void close_page(std::string& html) {
    html += "</main>\n</body>\n</html>\n";
}

void append_paragraph(std::string& html, std::string_view text) {
    append(html, {"<p>", text, "</p>\n"});
}

std::string ended_page(const EndedMessage& message) {
    const MessageTexts& texts = texts_in(message.language);
    std::string html;
    open_page(html, texts.ended_title, message.language);
    append(html, {"<p>", texts.it_was, reason_in_words(message.reason, message.language), ".</p>\n"});
    if (!message.words.empty()) {
        append_paragraph(html, texts.words_follow);
        html += "<blockquote dir=\"auto\">";
        append_html(html, message.words);
        html += "</blockquote>\n";
    }
    append_paragraph(html, texts.go_on);
    if (message.after_post) {
        append_paragraph(html, texts.after_post);
    }
    if (!message.reactivate.empty()) {
        html += "<p><a class=\"button\" rel=\"nofollow\" href=\"";
        append_html(html, message.reactivate);
        append(html, {"\">", texts.button, "</a></p>\n"});
    }
    close_page(html);
    return html;
}

// RFC 9457, without the closing brace. `detail` is given in parts.
void open_problem(std::string& json, int status, std::string_view code, std::string_view title,
                  std::initializer_list<std::string_view> detail) {
    json.reserve(kUsualProblem);
    append(json,
           {R"({"type":"urn:agent-sessions:problem:)", code, R"(","title":")", title, R"(","status":)"});
    json += std::to_string(status);
    json += R"(,"detail":")";
    append(json, detail);
    append(json, {R"(","code":")", code, R"(")"});
}

std::string ended_problem(const EndedMessage& message) {
    const MessageTexts& texts = texts_in(message.language);
    std::string json;
    open_problem(json, message.status, "session_ended", texts.ended_title,
                 {texts.session_was, reason_in_words(message.reason, message.language), ". ", texts.go_on});
    append(json, {R"(,"reason":")", tracker::to_string(message.reason), R"(","message":)"});
    if (message.words.empty()) {
        json += "null";
    } else {
        append_json(json, message.words);
    }
    if (!message.reactivate.empty()) {
        json += R"(,"reactivate":)";
        append_json(json, message.reactivate);
    }
    json += '}';
    return json;
}

Answer make_answer(int status, bool as_page, Language language, std::string body) {
    Answer answer;
    answer.status = status;
    answer.headers = {
        {"Content-Type", as_page ? "text/html; charset=utf-8" : "application/problem+json"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Language", tag_of(language)},
        {"Vary", "Accept-Language"},
    };
    if (as_page) {
        answer.headers.push_back({"Content-Security-Policy", kPolicy});
    }
    answer.body = std::move(body);
    return answer;
}

Answer make_refusal(int status, std::string_view code, std::string_view title, std::string_view detail,
                    bool as_page, Language language) {
    std::string body;
    if (as_page) {
        open_page(body, title, language);
        append_paragraph(body, detail);
        close_page(body);
    } else {
        open_problem(body, status, code, title, {detail});
        body += '}';
    }
    return make_answer(status, as_page, language, std::move(body));
}

}  // namespace

Answer ended_answer(const EndedMessage& message, bool as_page) {
    Answer answer = make_answer(message.status, as_page, message.language,
                                as_page ? ended_page(message) : ended_problem(message));
    answer.headers.push_back({"Agent-Session", "ended"});
    return answer;
}

Answer session_required_answer(bool as_page, Language language) {
    const MessageTexts& texts = texts_in(language);
    return make_refusal(403, "session_required", texts.required_title, texts.required_detail, as_page,
                        language);
}

Answer session_unavailable_answer(bool as_page, Language language) {
    const MessageTexts& texts = texts_in(language);
    Answer answer = make_refusal(503, "session_unavailable", texts.unavailable_title,
                                 texts.unavailable_detail, as_page, language);
    answer.headers.push_back({"Retry-After", kRetryAfterSeconds});
    return answer;
}

Answer cookie_conflict_answer(bool as_page, Language language) {
    const MessageTexts& texts = texts_in(language);
    return make_refusal(400, "cookie_conflict", texts.conflict_title, texts.conflict_detail, as_page,
                        language);
}

Answer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail) {
    return make_refusal(status, code, title, detail, false, Language::english);
}

}  // namespace agent_sessions::gateway
