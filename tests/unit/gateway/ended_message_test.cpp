#include "ngx_module/gateway/ended_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <optional>
#include <string>

#include "ngx_module/gateway/message_texts.h"

namespace agent_sessions::gateway {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using tracker::EndReason;

std::optional<std::string> header(const Answer& answer, std::string_view name) {
    std::optional<std::string> value;
    for (const auto& [key, text] : answer.headers) {
        if (key == name) {
            EXPECT_FALSE(value) << name << " twice";
            value = text;
        }
    }
    return value;
}

EndedMessage message() {
    EndedMessage result;
    result.words = "Please call the front desk.";
    result.reactivate = "/flow?id=7&agent_session_reactivate=MARK";
    return result;
}

TEST(EndedPage, SaysWhatProductAsksFor) {
    const Answer answer = ended_answer(message(), true);
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("<h1>Your session was closed</h1>"));
    EXPECT_THAT(answer.body, HasSubstr("It was closed by an administrator."));
    EXPECT_THAT(answer.body, HasSubstr(">Please call the front desk.</blockquote>"));
    EXPECT_THAT(answer.body, HasSubstr("Please reload and reactivate the application in order to continue."));
    EXPECT_THAT(answer.body, HasSubstr("href=\"/flow?id=7&amp;agent_session_reactivate=MARK\""));
    EXPECT_THAT(answer.body, Not(HasSubstr("Back")));
    EXPECT_THAT(answer.body, Not(HasSubstr("<script")));
}

TEST(EndedPage, OffersBackAfterAPost) {
    EndedMessage after_post = message();
    after_post.after_post = true;
    const Answer answer = ended_answer(after_post, true);
    EXPECT_THAT(answer.body, HasSubstr("What you sent was not carried out."));
    EXPECT_THAT(answer.body, HasSubstr("Use Back in your browser to see what you typed and copy it"));
}

TEST(EndedPage, WithoutWordsOrMark) {
    EndedMessage bare;
    const Answer answer = ended_answer(bare, true);
    EXPECT_THAT(answer.body, Not(HasSubstr("<blockquote")));
    EXPECT_THAT(answer.body, Not(HasSubstr("<a ")));
    EXPECT_THAT(answer.body, HasSubstr("reload and reactivate the application"));
}

TEST(EndedPage, HasStrictHeaders) {
    const Answer answer = ended_answer(message(), true);
    EXPECT_EQ(header(answer, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(header(answer, "Agent-Session"), "ended");
    EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
    const std::string policy = header(answer, "Content-Security-Policy").value_or("");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'; style-src 'sha256-"));
    EXPECT_THAT(policy, HasSubstr("; form-action 'self'; base-uri 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("frame-ancestors"))) << "the application decides where it is framed";
}

TEST(EndedPage, PolicyAllowsExactlyItsStyle) {
    const Answer answer = ended_answer(message(), true);
    const std::string open = "<style>";
    const std::size_t begin = answer.body.find(open) + open.size();
    const std::string style = answer.body.substr(begin, answer.body.find("</style>") - begin);
    EXPECT_EQ(answer.body.find(open, begin), std::string::npos);

    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    ASSERT_EQ(EVP_Digest(style.data(), style.size(), digest, &length, EVP_sha256(), nullptr), 1);
    unsigned char text[64];
    EVP_EncodeBlock(text, digest, static_cast<int>(length));
    EXPECT_THAT(header(answer, "Content-Security-Policy").value_or(""),
                HasSubstr("style-src 'sha256-" + std::string(reinterpret_cast<const char*>(text)) + "';"));
}

TEST(EndedPage, HostileWordsStayText) {
    EndedMessage hostile = message();
    hostile.words = "</blockquote><script>alert(1)</script>\"'&\xff\xe2\x80\xae";
    hostile.reactivate = "/\"><script>";
    const std::string body = ended_answer(hostile, true).body;
    EXPECT_THAT(body, Not(HasSubstr("<script")));
    EXPECT_THAT(
        body,
        HasSubstr("&lt;/blockquote&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\xef\xbf\xbd<"));
    EXPECT_THAT(body, HasSubstr("href=\"/&quot;&gt;&lt;script&gt;\""));
    EXPECT_EQ(std::count(body.begin(), body.end(), '<'), std::count(body.begin(), body.end(), '>'));
}

TEST(EndedPage, NamesEveryReason) {
    const std::pair<EndReason, std::string> reasons[] = {
        {EndReason::administrator, "It was closed by an administrator."},
        {EndReason::replaced, "It was replaced by another session of yours."},
        {EndReason::limit, "It was closed because the licence limit was reached."},
    };
    for (const auto& [reason, sentence] : reasons) {
        EndedMessage of_reason;
        of_reason.reason = reason;
        EXPECT_THAT(ended_answer(of_reason, true).body, HasSubstr(sentence));
        EXPECT_THAT(ended_answer(of_reason, false).body, HasSubstr(std::string(reason_in_words(reason))));
    }
    EXPECT_EQ(reason_in_words(EndReason::none), "closed");
    EXPECT_EQ(reason_in_words(static_cast<EndReason>(250)), "closed");
}

TEST(EndedProblem, HasEveryMember) {
    const Answer answer = ended_answer(message(), false);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(header(answer, "Agent-Session"), "ended");
    EXPECT_FALSE(header(answer, "Content-Security-Policy"));

    const json::object body = json::parse(answer.body).as_object();
    EXPECT_EQ(body.size(), 8U);
    EXPECT_EQ(body.at("type"), "urn:agent-sessions:problem:session_ended");
    EXPECT_EQ(body.at("title"), "Your session was closed");
    EXPECT_EQ(body.at("status"), 403);
    EXPECT_EQ(body.at("detail"),
              "The session was closed by an administrator. Please reload and reactivate the application in "
              "order to "
              "continue.");
    EXPECT_EQ(body.at("code"), "session_ended");
    EXPECT_EQ(body.at("reason"), "administrator");
    EXPECT_EQ(body.at("message"), "Please call the front desk.");
    EXPECT_EQ(body.at("reactivate"), "/flow?id=7&agent_session_reactivate=MARK");
}

TEST(EndedProblem, WithoutWordsOrMark) {
    EndedMessage bare;
    bare.status = 440;
    bare.reason = EndReason::replaced;
    const Answer answer = ended_answer(bare, false);
    EXPECT_EQ(answer.status, 440);
    const json::object body = json::parse(answer.body).as_object();
    EXPECT_EQ(body.at("status"), 440);
    EXPECT_EQ(body.at("reason"), "replaced");
    EXPECT_TRUE(body.at("message").is_null());
    EXPECT_FALSE(body.contains("reactivate"));
}

TEST(EndedProblem, HostileWordsStayText) {
    EndedMessage hostile = message();
    hostile.words = "</script>\",\"code\":\"x\xff\xe2\x80\xa8";
    const std::string body = ended_answer(hostile, false).body;
    EXPECT_THAT(body, Not(HasSubstr("<")));
    EXPECT_THAT(body, Not(HasSubstr("\xe2\x80\xa8")));
    const json::object document = json::parse(body).as_object();
    EXPECT_EQ(document.at("code"), "session_ended");
    EXPECT_EQ(document.at("message"), "</script>\",\"code\":\"x\xef\xbf\xbd\xe2\x80\xa8");
}

// They are written into pages and JSON as they are.
TEST(EndedMessage, TextsOfOursNeedNoEscapingInAnyLanguage) {
    for (const Language language : {Language::english, Language::german, Language::french}) {
        const MessageTexts& texts = texts_in(language);
        for (const std::string_view text : {texts.ended_title,
                                            texts.it_was,
                                            texts.session_was,
                                            texts.by_administrator,
                                            texts.replaced,
                                            texts.by_limit,
                                            texts.idle,
                                            texts.absolute,
                                            texts.logout,
                                            texts.closed,
                                            texts.words_follow,
                                            texts.go_on,
                                            texts.after_post,
                                            texts.button,
                                            texts.required_title,
                                            texts.required_detail,
                                            texts.unavailable_title,
                                            texts.unavailable_detail,
                                            texts.conflict_title,
                                            texts.conflict_detail}) {
            EXPECT_NE(text, "") << tag_of(language);
            EXPECT_EQ(text.find_first_of("\"\\<>&\n"), std::string_view::npos) << text;
        }
    }
}

TEST(EndedMessage, IsInTheAgentsLanguageAndSaysWhichThatIs) {
    const std::pair<Language, std::string> sentences[] = {
        {Language::english, "It was closed by an administrator."},
        {Language::german, "Sie wurde von der Administration beendet."},
        {Language::french, "Elle a été fermée par un administrateur."},
    };
    for (const auto& [language, sentence] : sentences) {
        EndedMessage ended = message();
        ended.language = language;
        ended.after_post = true;
        const std::string tag(tag_of(language));
        const Answer page = ended_answer(ended, true);
        EXPECT_THAT(page.body, HasSubstr(sentence));
        EXPECT_THAT(page.body, HasSubstr("<html lang=\"" + tag + "\">"));
        EXPECT_THAT(page.body, HasSubstr(std::string(texts_in(language).after_post)));
        for (const Answer& answer :
             {page, ended_answer(ended, false), session_required_answer(true, language),
              session_unavailable_answer(true, language), cookie_conflict_answer(false, language)}) {
            EXPECT_EQ(header(answer, "Content-Language"), tag);
            EXPECT_EQ(header(answer, "Vary"), "Accept-Language");
        }
        const json::object problem = json::parse(ended_answer(ended, false).body).as_object();
        EXPECT_EQ(problem.at("title").as_string(), std::string(texts_in(language).ended_title));
        EXPECT_EQ(problem.at("reason"), "administrator");
    }
}

TEST(EndedMessage, WordsOfOursNeedNoEscaping) {
    for (int reason = 0; reason < 8; ++reason) {
        for (const std::string_view words : {reason_in_words(static_cast<EndReason>(reason)),
                                             tracker::to_string(static_cast<EndReason>(reason))}) {
            EXPECT_EQ(words.find_first_of("\"\\<>&'\n"), std::string_view::npos) << words;
        }
    }
}

TEST(Refusals, AreProblemsForScripts) {
    const std::pair<Answer, std::pair<int, std::string>> answers[] = {
        {session_required_answer(false), {403, "session_required"}},
        {cookie_conflict_answer(false), {400, "cookie_conflict"}},
        {session_unavailable_answer(false), {503, "session_unavailable"}},
    };
    for (const auto& [answer, expected] : answers) {
        EXPECT_EQ(answer.status, expected.first);
        EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json");
        EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
        EXPECT_FALSE(header(answer, "Agent-Session")) << "nothing has ended";
        const json::object body = json::parse(answer.body).as_object();
        EXPECT_EQ(body.at("status"), expected.first);
        EXPECT_EQ(body.at("code").as_string(), expected.second);
        EXPECT_EQ(body.at("type").as_string(), "urn:agent-sessions:problem:" + expected.second);
        EXPECT_FALSE(body.at("title").as_string().empty());
        EXPECT_FALSE(body.at("detail").as_string().empty());
    }
}

TEST(Refusals, ArePagesForPeople) {
    const Answer required = session_required_answer(true);
    EXPECT_EQ(required.status, 403);
    EXPECT_THAT(required.body, HasSubstr("<h1>A session is required</h1>"));
    const Answer conflict = cookie_conflict_answer(true);
    EXPECT_EQ(conflict.status, 400);
    EXPECT_THAT(conflict.body, HasSubstr("Delete the cookies of this site"));
    const Answer unavailable = session_unavailable_answer(true);
    EXPECT_EQ(unavailable.status, 503);
    EXPECT_EQ(header(unavailable, "Retry-After"), "5");
    EXPECT_THAT(unavailable.body, HasSubstr("<h1>No session can begin now</h1>"));
    for (const Answer& answer : {required, conflict, unavailable}) {
        EXPECT_EQ(header(answer, "Content-Type"), "text/html; charset=utf-8");
        EXPECT_TRUE(header(answer, "Content-Security-Policy"));
        EXPECT_FALSE(header(answer, "Agent-Session"));
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
