// Sessions of the application's own cookie (PRODUCT 6), with an application that sets what a test asks for.
#include <chrono>
#include <thread>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/raw_connection.h"

namespace agent_sessions::e2e {
namespace {

class Adoption : public GatewayTest {
  protected:
    Adoption() { config.set("agent_sessions_cookie", "SID adopt"); }

    static HttpRequest setting(HttpRequest request, const std::string& cookie) {
        return request.with("X-Test-Set-Cookie", cookie);
    }

    HttpResponse send(HttpRequest request, const std::string& cookies) {
        if (!cookies.empty()) {
            request.with("Cookie", cookies);
        }
        return Connection(origin()).send(request);
    }

    // The application gives out this value. Gives the ref.
    std::string begin(const std::string& value, const std::string& agent = "") {
        HttpRequest request = setting(navigation("/app"), "SID=" + value + "; Path=/; HttpOnly");
        if (!agent.empty()) {
            request.with("X-Test-Login", agent);
        }
        const HttpResponse begun = send(request, "");
        EXPECT_EQ(status_of(begun), "NEW");
        return ref_of(begun);
    }

    // The answer to a request with this value whose session was ended when it was past the check. `given` is
    // what the application sets with it. "" = it was cut before it could be answered, as may happen under
    // load.
    std::string answer_after_the_end(const std::string& value, const std::string& given,
                                     bool is_known = true) {
        std::string ref = is_known ? begin(value) : "";
        if (!is_known) {
            send(navigation("/app"), "SID=" + value);
        }
        RawConnection slow(config.port);
        slow.send("POST /save HTTP/1.1\r\nHost: a\r\nCookie: SID=" + value +
                  "\r\nContent-Length: 1\r\nExpect: 100-continue\r\nX-Test-Set-Cookie: " + given +
                  "\r\n\r\n");
        EXPECT_TRUE(slow.receives("100 Continue\r\n\r\n"));
        if (!is_known) {
            ref = ref_of(send(navigation("/app"), "SID=" + value));
        }
        EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
        slow.send("b");
        return slow.read_answer();
    }

    // What of the Cookie header reached the application with this request.
    std::string cookies_seen(std::size_t mark) {
        const std::string log = application.log_since(mark);
        const auto at = log.find("cookie=\"");
        return at == std::string::npos ? "(no request)" : log.substr(at + 8, log.find("\"\n", at) - at - 8);
    }
};

TEST_F(Adoption, ASessionBeginsWhenTheApplicationSetsItsCookie) {
    start();
    EXPECT_EQ(status_of(send(navigation("/app"), "")), "UNTRACKED");
    const std::string ref = begin("its-value", "alice");
    EXPECT_EQ(ref.size(), 32U);
    EXPECT_EQ(ref.find("its-value"), std::string::npos);
    EXPECT_EQ(admin().current(), 1);
    const HttpResponse next = send(script_call("/api"), "SID=its-value");
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(ref_of(next), ref);
    EXPECT_EQ(next.header("X-Agent"), "alice");
    EXPECT_TRUE(next.all("Set-Cookie").empty()) << "none of ours";
}

TEST_F(Adoption, APrefetchOrARefusalBeginsNothing) {
    start();
    send(setting(prefetch("/app"), "SID=a1; Path=/"), "");
    send(setting(navigation("/refused/401"), "SID=a2; Path=/"), "");
    send(setting(cross_site_post("/app", "a=b"), "SID=a3; Path=/"), "");
    EXPECT_EQ(admin().current(), 0);
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=a1")), "NEW") << "the application gave it out";
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=a2")), "PROBATION");
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=a3")), "NEW");
}

TEST_F(Adoption, AnEndedOneIsRefusedUntilItsAgentReactivates) {
    start();
    admin().terminate({begin("a1", "alice")});
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a1")));
    EXPECT_TRUE(is_message_page(send(navigation("/app"), "SID=a1")));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});

    const std::size_t reload = application.mark();
    const HttpResponse reloaded =
        send(setting(navigation("/app"), "SID=a2; Path=/"), "theme=dark; SID=a1; lang=\"en\"");
    EXPECT_TRUE(is_from_application(reloaded));
    EXPECT_EQ(status_of(reloaded), "NEW");
    EXPECT_EQ(cookies_seen(reload), "theme=dark; lang=\\x22en\\x22") << "the ended one was stripped";
    EXPECT_EQ(reloaded.header("X-Agent").value_or(""), "") << "the application asks for a login again";

    EXPECT_EQ(status_of(send(script_call("/api"), "SID=a2")), "ACTIVE");
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a1"))) << "alone it stays refused";
}

TEST_F(Adoption, AfterTheReactivationTheEndedOneIsStrippedBesideALiveOne) {
    start();
    admin().terminate({begin("a1")});
    send(navigation("/app"), "SID=a1");
    send(setting(navigation("/app"), "SID=a2; Path=/"), "SID=a1");
    for (const char* cookies : {"SID=a1; SID=a2; x=1", "SID=a2; SID=a1; x=1", "SID=\"a1\"; SID=a2; x=1"}) {
        const std::size_t mark = application.mark();
        EXPECT_EQ(status_of(send(script_call("/api"), cookies)), "ACTIVE") << cookies;
        EXPECT_EQ(cookies_seen(mark), "SID=a2; x=1") << cookies;
    }
}

TEST_F(Adoption, TheButtonLeadsToTheApplicationWithoutTheEndedCookie) {
    start();
    admin().terminate({begin("a1")});
    const HttpResponse page = send(navigation("/app?x=1"), "SID=a1");
    const HttpResponse pressed = send(navigation(button_target(page)), "SID=a1");
    EXPECT_EQ(pressed.status, 303);
    EXPECT_EQ(pressed.header("Location"), "/app?x=1");
    // A page that sets no cookie, and the calls of its script.
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_from_application(send(navigation("/app?x=1"), "SID=a1")));
    EXPECT_EQ(cookies_seen(mark), "-");
    EXPECT_TRUE(is_from_application(send(script_call("/api"), "SID=a1")));
    EXPECT_EQ(status_of(send(setting(script_call("/api"), "SID=a2; Path=/"), "SID=a1")), "NEW");
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a1")));
}

TEST_F(Adoption, AnotherSpellingOfAnEndedValueIsRefused) {
    start();
    admin().terminate({begin("a1%2Fz")});
    for (const char* value : {"a1%2Fz", "\"a1%2Fz\"", "a1/z", "%61%31%2f%7a", "\"a1/z\""}) {
        EXPECT_TRUE(is_message_for_script(send(script_call("/api"), std::string("x=1;SID=") + value)))
            << value;
    }
    EXPECT_EQ(status_of(send(script_call("/api"), "SID=a1%252Fz")), "PROBATION") << "another value";
}

TEST_F(Adoption, WhatOnlySomeApplicationsReadAsTheCookieIsRefused) {
    start();
    admin().terminate({begin("a1")});
    const std::size_t mark = application.mark();
    for (const char* cookies :
         {"\x0bSID=a1", "x=1;\x0cSID=a1", "SID=a1%00", "SID=\"a1", "x=1 SID=a1", "SID=a1\xa0"}) {
        expect_problem(send(script_call("/api"), cookies), 400, "cookie_conflict");
    }
    EXPECT_TRUE(application.requests_since(mark).empty());
}

TEST_F(Adoption, AStrangerIsOnProbationUntilItComesAgain) {
    start();
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=s1")), "PROBATION");
    EXPECT_EQ(admin().current(), 0);
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=s1")), "NEW");
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=s1")), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Adoption, AStrangerThatTheApplicationReplacesNeverBegins) {
    start();
    const HttpResponse replaced = send(setting(navigation("/app"), "SID=new1; Path=/"), "SID=s1");
    EXPECT_EQ(status_of(replaced), "NEW");
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=new1")), "ACTIVE");
    EXPECT_EQ(status_of(send(navigation("/app"), "SID=s1")), "PROBATION");
    send(setting(navigation("/app"), "SID=new2; Path=/"), "SID=s1");
    EXPECT_EQ(admin().current(), 2) << "new1 and new2";
}

TEST_F(Adoption, AnotherValueAtTheLoginKeepsTheRowAndItsStart) {
    start();
    const std::string before = begin("a1");
    const HttpResponse first = send(navigation("/app"), "SID=a1");
    HttpRequest login = setting(form_post("/login", "user=alice"), "SID=a2; Path=/; HttpOnly");
    const HttpResponse logged_in = send(login.with("X-Test-Login", "alice"), "SID=a1");
    EXPECT_EQ(status_of(logged_in), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
    const HttpResponse next = send(navigation("/app"), "SID=a2");
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(next.header("X-Start"), first.header("X-Start"));
    EXPECT_EQ(next.header("X-Agent"), "alice");
    EXPECT_EQ(ref_of(send(script_call("/api"), "SID=a1")), ref_of(next)) << "sent before the answer came";
    EXPECT_EQ(admin().current(), 1);
    admin().terminate({ref_of(next)});
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a1")));
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a2")));
}

TEST_F(Adoption, AnAnswerUnderWayGivesAnEndedSessionNoOtherValue) {
    start();
    for (const bool is_known : {true, false}) {
        std::string answer;
        for (int number = 0; answer.empty() && number < 5; ++number) {
            const std::string value = (is_known ? "known" : "stranger") + std::to_string(number);
            answer = answer_after_the_end(value, "SID=next" + std::to_string(number) + "; Path=/", is_known);
            EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=" + value)));
        }
        EXPECT_EQ(status_of_raw(answer), 200);
        EXPECT_EQ(answer.find("SID="), std::string::npos) << answer;
        EXPECT_EQ(admin().current(), 0);
    }
}

TEST_F(Adoption, AnAnswerUnderWayBeginsNothingBesideAnEndedSession) {
    config.set("agent_sessions_cookie", "SID adopt; agent_sessions_cookie OTHER adopt");
    start();
    std::string answer;
    for (int number = 0; answer.empty() && number < 5; ++number) {
        answer = answer_after_the_end("a" + std::to_string(number), "OTHER=b; Path=/");
    }
    EXPECT_EQ(status_of_raw(answer), 200);
    EXPECT_EQ(answer.find("OTHER="), std::string::npos) << answer;
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(Adoption, AClearedCookieIsALogout) {
    start();
    int number = 0;
    for (const char* clearing :
         {"SID=x; Path=/; Max-Age=0", "SID=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
          "SID=deleted; Path=/; expires=Thu, 01-Jan-1970 00:00:01 GMT", "SID=\"\"; Path=/"}) {
        const std::string value = "a" + std::to_string(++number);
        begin(value, "alice");
        send(setting(navigation("/logout"), clearing), "SID=" + value);
        EXPECT_EQ(admin().current(), 0) << clearing;
        EXPECT_EQ(status_of(send(navigation("/app"), "SID=" + value)), "PROBATION") << "no message";
    }
}

TEST_F(Adoption, AValueThatIsGivenOutAgainAfterALogoutBeginsAnew) {
    start();
    begin("a1", "alice");
    send(setting(navigation("/logout"), "SID=; Path=/; Max-Age=0"), "SID=a1");
    begin("a1");
    EXPECT_EQ(send(navigation("/app"), "SID=a1").header("X-Agent").value_or(""), "");
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Adoption, AnotherNameOnTheSameCookieIsAnotherSession) {
    start();
    begin("a1", "alice");
    send(navigation("/app").with("X-Test-Login", "bob"), "SID=a1");
    EXPECT_EQ(admin().current(), 1);
    const HttpResponse next = send(navigation("/app"), "SID=a1");
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(next.header("X-Agent"), "bob");
}

TEST_F(Adoption, ACookieThatRanOutGoesOnAsTheNextSessionOfItsAgent) {
    config.set("agent_sessions_timeout", "1s");
    start();
    const std::string first = begin("a1", "alice");
    ASSERT_TRUE(wait_until([&] { return admin().current() == 0; }));
    const HttpResponse next = send(navigation("/app"), "SID=a1");
    EXPECT_EQ(status_of(next), "NEW");
    EXPECT_EQ(next.header("X-Agent"), "alice");
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Adoption, SeveralValuesOfOneNameAreEachJudged) {
    start();
    const std::string root = ref_of(send(setting(navigation("/"), "SID=r1; Path=/"), ""));
    const HttpResponse second = send(setting(navigation("/app/"), "SID=c1; Path=/app"), "SID=r1");
    EXPECT_EQ(ref_of(second), root) << "the one of another path replaces nothing";
    EXPECT_EQ(admin().current(), 2);
    const HttpResponse both = send(script_call("/app/"), "SID=c1; SID=r1");
    const std::string inner = ref_of(both);
    EXPECT_NE(inner, root);
    EXPECT_EQ(ref_of(send(script_call("/"), "SID=r1; SID=c1")), root);
    admin().terminate({inner});
    EXPECT_TRUE(is_message_for_script(send(script_call("/app/"), "SID=c1; SID=r1")));
    EXPECT_TRUE(is_message_for_script(send(script_call("/app/"), "SID=r1; SID=c1")));
    EXPECT_EQ(ref_of(send(script_call("/"), "SID=r1")), root);
}

TEST_F(Adoption, SeveralNamesMayBeAdopted) {
    config.set("agent_sessions_cookie", "SID adopt; agent_sessions_cookie OTHER adopt remember=90d");
    start();
    begin("a1");
    EXPECT_EQ(status_of(send(setting(navigation("/b"), "OTHER=a1; Path=/"), "")), "NEW");
    EXPECT_EQ(admin().current(), 2) << "the same value under another name is another session";
    const HttpResponse first = send(script_call("/api"), "SID=a1");
    EXPECT_EQ(ref_of(send(script_call("/api"), "OTHER=a1; SID=a1")), ref_of(first)) << "as configured";
    admin().terminate({ref_of(first)});
    EXPECT_EQ(status_of(send(script_call("/api"), "OTHER=a1")), "ACTIVE");
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "OTHER=a1; SID=a1")));
}

TEST_F(Adoption, AnEndedOneStaysRefusedOverARestart) {
    start();
    begin("a1");
    const std::string ref = ref_of(send(setting(form_post("/login", ""), "SID=a2; Path=/"), "SID=a1"));
    const HttpResponse before = send(script_call("/api"), "SID=a2");
    admin().terminate({ref_of(before)});
    server.quit();
    std::filesystem::remove_all(server.prefix() / "run" / (std::string(kZone) + ".segment"));
    start();
    EXPECT_TRUE(is_message_for_script(send(script_call("/api"), "SID=a2")));
}

TEST_F(Adoption, NothingThatIsKeptHoldsTheValue) {
    start();
    const std::string value = "value-that-nobody-may-read";
    begin(value);
    send(navigation("/app"), "SID=" + value);
    server.quit();
    const CommandResult found =
        run_command({"grep", "-rla", value, server.prefix() / "run", server.prefix() / "state"});
    EXPECT_NE(found.exit_code, 0) << found.output;
}

TEST_F(Adoption, CrumbsOfHttp2AreStrippedToo) {
    use_tls();
    start();
    admin().terminate({begin("a1")});
    send(navigation("/app"), "SID=a1");
    send(setting(navigation("/app"), "SID=a2; Path=/"), "SID=a1");
    HttpRequest request = script_call("/api");
    request.with("Cookie", "a=1").with("Cookie", "SID=a1").with("Cookie", "SID=a2").with("Cookie", "b=2");
    for (const Origin& place : {https_origin(), origin()}) {
        const std::size_t mark = application.mark();
        EXPECT_EQ(status_of(Connection(place).send(request)), "ACTIVE");
        const std::string seen = cookies_seen(mark);
        EXPECT_EQ(seen.find("a1"), std::string::npos) << seen;
        EXPECT_NE(seen.find("a=1; SID=a2; b=2"), std::string::npos) << seen;
    }
}

TEST_F(Adoption, TheBeaconsOfTheScriptActOnTheAdoptedSession) {
    config.locations = "        location = /agent-sessions.js { agent_sessions_client floor; }\n";
    start();
    const std::string ref = begin("a1", "alice");
    HttpRequest beacon;
    beacon.method = "POST";
    beacon.target = "/agent-sessions.js";
    beacon.with("Content-Type", "text/plain;charset=UTF-8").with("Sec-Fetch-Site", "same-origin");
    beacon.body = R"({"open":[{"name":"Billing","instance":"a"}]})";
    EXPECT_EQ(text_of(parse_object(send(beacon, "SID=a1")), "state"), "active");
    EXPECT_EQ(admin().read("sessions/" + ref).at("instances").to_number<int>(), 1);
    EXPECT_EQ(text_of(parse_object(send(beacon, "SID=other")), "state"), "none");
    admin().terminate({ref});
    EXPECT_TRUE(is_message_for_script(send(beacon, "SID=a1")));
}

TEST_F(Adoption, AnEndedOneIsRefusedWhereARequestIsLedToALocationThatAdoptsIt) {
    config.locations =
        "        location /tried/ { agent_sessions_cookie agent_session; try_files /nothing @adopting; }\n"
        "        location @adopting { proxy_pass http://application; }\n";
    start();
    const std::string ref = begin("a1");
    EXPECT_EQ(ref_of(send(script_call("/tried/page"), "SID=a1")), ref);
    admin().terminate({ref});
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_message_for_script(send(script_call("/tried/page"), "SID=a1")));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Adoption, ARequestThatIsLedToALocationOfTheSameCookieCountsOnce) {
    config.locations =
        "        location /tried/ { try_files /nothing @same; }\n"
        "        location @same { agent_sessions_cookie SID adopt; proxy_pass http://application; }\n";
    start();
    const std::string ref = begin("a1");
    EXPECT_EQ(ref_of(send(script_call("/tried/page"), "SID=a1")), ref);
    // Workers add what they have counted each quarter of a second.
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    EXPECT_EQ(admin().read("sessions/" + ref).at("requests").to_number<int>(), 2);
}

TEST_F(Adoption, ARequiredSessionIsNotMadeUp) {
    config.set("agent_sessions_require", "on");
    start();
    EXPECT_EQ(send(script_call("/api"), "SID=s1").status, 403);
    EXPECT_EQ(send(script_call("/api"), "SID=s1").status, 403);
    begin("a1");
    EXPECT_EQ(send(script_call("/api"), "SID=a1").status, 200);
}

}  // namespace
}  // namespace agent_sessions::e2e
