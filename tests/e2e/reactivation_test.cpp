// What brings an agent back after the message, and nothing else does (PRODUCT 5).
#include <set>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Reactivation : public GatewayTest {
  protected:
    void SetUp() override {
        config.locations =
            "        location /protected/ { internal; agent_sessions off; return 200 'protected words'; }\n";
        start();
        ref_ = begin_session(alice_, "alice");
        started_ = text_of(admin().row(ref_).value_or(boost::json::object()), "started");
        old_cookie_ = alice_.cookie(kCookie).value_or("");
        ASSERT_EQ(admin().terminate({ref_}), std::vector<std::string>{"terminated"});
    }

    bool is_still_ended() {
        return is_message_for_script(alice_.send(script_call("/api"))) &&
               alice_.cookie(kCookie) == old_cookie_ && admin().current() == 0;
    }

    void expect_new_session() {
        EXPECT_NE(alice_.cookie(kCookie), old_cookie_);
        const HttpResponse next = alice_.send(navigation("/app"));
        EXPECT_TRUE(is_from_application(next));
        EXPECT_NE(ref_of(next), ref_);
        const auto rows = admin().list();
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(text_of(rows[0], "ref"), ref_of(next));
        EXPECT_GT(text_of(rows[0], "started"), started_) << "a new start";
    }

    HttpResponse press_button(const std::string& target) {
        HttpResponse response = alice_.send(navigation(target));
        for (int hops = 0; hops < 3 && response.status >= 300 && response.status < 400; ++hops) {
            std::string location = response.header("Location").value_or("");
            if (const auto host = location.find("://"); host != std::string::npos) {
                location = location.substr(location.find('/', host + 3));
            }
            response = alice_.send(navigation(location));
        }
        return response;
    }

    Browser alice_ = browser();
    std::string ref_;
    std::string started_;
    std::string old_cookie_;
};

TEST_F(Reactivation, TheReloadOfTheMessageBeginsANewSession) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1?step=2"))));
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_from_application(alice_.send(navigation("/flow/1?step=2"))));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{"GET /flow/1?step=2"});
    expect_new_session();
}

TEST_F(Reactivation, TheReloadOnPlainHttpWorksWithoutFetchMetadata) {
    EXPECT_TRUE(is_message_page(alice_.send(plain_navigation("/flow/1"))));
    EXPECT_TRUE(is_from_application(alice_.send(plain_navigation("/flow/1"))));
    expect_new_session();
}

TEST_F(Reactivation, TheReloadWorksOnAnotherWorkerAndAfterAReloadOfNginx) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1"))));
    ASSERT_TRUE(server.reload());
    EXPECT_TRUE(is_from_application(alice_.send(navigation("/flow/1"), alice_.open_tab())));
    expect_new_session();
}

TEST_F(Reactivation, TheReloadWorksWhereAnUntrackedLocationAnswers) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/accelerated"))));
    EXPECT_EQ(alice_.send(navigation("/accelerated")).body, "protected words");
    expect_new_session();
}

TEST_F(Reactivation, TheReloadBringsItsCookieWhereItIsLedToALocationOfAnotherOne) {
    config.locations +=
        "        location /led/ { try_files /nothing @adopting; }\n"
        "        location @adopting { agent_sessions_cookie SID adopt; proxy_pass http://application; }\n";
    reload();
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/led/page"))));
    EXPECT_TRUE(is_from_application(alice_.send(navigation("/led/page"))));
    const HttpResponse next = alice_.send(navigation("/app"));
    EXPECT_EQ(status_of(next), "NEW");
    EXPECT_EQ(next.header("X-Agent"), "alice");
}

TEST_F(Reactivation, EveryTabIsToldFirst) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/tab/1"))));
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/tab/2"), alice_.open_tab())));
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/tab/3?a=1"))));
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/tab/3?a=2")))) << "another URL";
    EXPECT_TRUE(is_still_ended());
    EXPECT_TRUE(is_from_application(alice_.send(navigation("/tab/2"))));
    expect_new_session();
}

TEST_F(Reactivation, APageThatReloadsItselfDoesNotReactivate) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/dashboard"))));
    for (int time = 0; time < 3; ++time) {
        EXPECT_TRUE(is_message_page(alice_.send(navigation_by_page("/dashboard"))));
    }
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, AFrameThatReloadsItselfDoesNotReactivate) {
    for (int time = 0; time < 3; ++time) {
        EXPECT_TRUE(is_message_page(alice_.send(frame_navigation("/widget"))));
    }
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, APollNeverReactivates) {
    for (int time = 0; time < 5; ++time) {
        EXPECT_TRUE(is_message_for_script(alice_.send(script_call("/poll"))));
        EXPECT_TRUE(is_message_for_script(alice_.send(plain_script_call("/poll"))));
    }
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/poll")))) << "a refused call is no message shown";
    EXPECT_TRUE(is_message_for_script(alice_.send(script_call("/poll"))));
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, APollThatAcceptsAnythingAndBringsTheCookieNeverReactivates) {
    HttpRequest poll;
    poll.target = "/poll";
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(alice_.send(poll).status, 403);
        HttpRequest any = poll;
        EXPECT_EQ(alice_.send(any.with("Accept", "*/*")).status, 403);
        HttpRequest ajax = plain_navigation("/poll");
        EXPECT_EQ(alice_.send(ajax.with("X-Requested-With", "XMLHttpRequest")).status, 403);
    }
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, APostNeverReactivates) {
    const std::size_t mark = application.mark();
    for (int time = 0; time < 3; ++time) {
        const HttpResponse page = alice_.send(form_post("/flow/save", "answer=42"));
        EXPECT_TRUE(is_message_page(page));
        EXPECT_NE(page.body.find("Back"), std::string::npos) << "offers the way back to the typed text";
    }
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/other"))));
    EXPECT_TRUE(is_message_page(alice_.send(form_post("/flow/other", "answer=42"))));
    EXPECT_TRUE(is_still_ended());
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
}

TEST_F(Reactivation, AHeadNeverReactivates) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1"))));
    HttpRequest head = navigation("/flow/1");
    head.method = "HEAD";
    EXPECT_EQ(alice_.send(head).status, 403);
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, AHeadIsNoMessageShown) {
    HttpRequest head = plain_navigation("/flow/1");
    head.method = "HEAD";
    EXPECT_EQ(alice_.send(head).status, 403);
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1")))) << "nobody has read it yet";
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, APrefetchNeverReactivatesAndIsNoMessageShown) {
    EXPECT_EQ(alice_.send(prefetch("/flow/1")).status, 403);
    EXPECT_EQ(alice_.send(prefetch("/flow/1")).status, 403);
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1")))) << "nobody has read it yet";
    EXPECT_EQ(alice_.send(prefetch("/flow/1")).status, 403);
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, TheButtonBeginsANewSessionAndLeadsToTheSameUrl) {
    const std::string target = button_target(alice_.send(navigation("/flow/1?a=b&c=d")));
    ASSERT_NE(target, "");
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_from_application(press_button(target)));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{"GET /flow/1?a=b&c=d"});
    expect_new_session();
}

TEST_F(Reactivation, TheButtonWorksFromAFrameWithoutUserActivation) {
    const std::string target = button_target(alice_.send(frame_navigation("/widget")));
    ASSERT_NE(target, "");
    const HttpResponse response = alice_.send(frame_navigation(target));
    EXPECT_EQ(response.status, 303) << response.body;
    expect_new_session();
}

TEST_F(Reactivation, TheLinkForScriptsWorks) {
    const boost::json::object problem = parse_object(alice_.send(script_call("/api")));
    const std::string link = text_of(problem, "reactivate");
    ASSERT_NE(link, "");
    EXPECT_TRUE(is_from_application(press_button(link)));
    expect_new_session();
}

TEST_F(Reactivation, TheLinkForScriptsLeadsToThePageThatCalled) {
    HttpRequest call = script_call("/api/save?draft=1");
    call.with("Referer", "http://127.0.0.1:" + std::to_string(config.port) + "/flow/edit?id=7");
    const std::string link = text_of(parse_object(alice_.send(call)), "reactivate");
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_from_application(press_button(link)));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{"GET /flow/edit?id=7"});
    expect_new_session();
}

TEST_F(Reactivation, TheButtonAfterAPostLeadsToTheFlowsPageByGet) {
    HttpRequest post = form_post("/flow/save?x=1", "answer=42");
    post.with("Referer", "http://127.0.0.1:" + std::to_string(config.port) + "/flow/edit?id=7");
    const std::string target = button_target(alice_.send(post));
    ASSERT_NE(target, "");
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_from_application(press_button(target)));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{"GET /flow/edit?id=7"});
    expect_new_session();
}

TEST_F(Reactivation, TheButtonNeverLeadsToAnotherHost) {
    HttpRequest post = form_post("/flow/save", "answer=42");
    post.with("Referer", "https://elsewhere.example/trap");
    EXPECT_EQ(button_target(alice_.send(post)).find("elsewhere"), std::string::npos);
    const HttpResponse page = alice_.send(navigation("//elsewhere.example/trap"));
    const std::string target = button_target(page);
    if (!target.empty()) {
        EXPECT_EQ(target.front(), '/');
        EXPECT_NE(target.substr(0, 2), "//");
        const HttpResponse response = alice_.send(navigation(target));
        EXPECT_NE(response.header("Location").value_or("").find("//elsewhere"), 0U);
    }
}

TEST_F(Reactivation, TheMarkWorksOnce) {
    const std::string target = button_target(alice_.send(navigation("/flow/1")));
    Browser second = browser();
    second.set_cookie(kCookie, old_cookie_);
    EXPECT_TRUE(is_from_application(press_button(target)));
    expect_new_session();
    // The old cookie, kept by somebody, gets nothing more by the same mark.
    const HttpResponse again = second.send(navigation_by_page(target));
    EXPECT_TRUE(again.all("Set-Cookie").empty()) << again.status;
    EXPECT_TRUE(is_message_for_script(second.send(script_call("/api"))));
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Reactivation, MarksThatNobodyMadeBeginNoSecondSessionFromOneEndedCookie) {
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1"))));
    const HttpRequest bogus = navigation("/flow/1?agent_session_reactivate=bogus")
                                  .with("Cookie", std::string(kCookie) + "=" + old_cookie_);
    std::set<std::string> given;
    for (int time = 0; time < 20; ++time) {
        const HttpResponse response = Connection(origin()).send(bogus);
        EXPECT_EQ(response.status, 303);
        given.insert(set_cookie_named(response, kCookie).value_or(SetCookie()).value);
    }
    EXPECT_EQ(given.size(), 1U) << "whoever comes with the same old cookie gets the same new session";
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Reactivation, ADoubleClickOnTheButtonBeginsOneSession) {
    const std::string target = button_target(alice_.send(navigation("/flow/1")));
    ASSERT_NE(target, "");
    Browser second = browser();
    second.set_cookie(kCookie, old_cookie_);
    EXPECT_EQ(alice_.send(navigation(target)).status, 303);
    EXPECT_EQ(second.send(navigation(target)).status, 303) << "sent before the first answer came";
    EXPECT_EQ(second.cookie(kCookie), alice_.cookie(kCookie));
    expect_new_session();
}

TEST_F(Reactivation, ClicksInParallelBeginOneSession) {
    const std::string target = button_target(alice_.send(navigation("/flow/1")));
    ASSERT_NE(target, "");
    const HttpRequest click = navigation(target).with("Cookie", std::string(kCookie) + "=" + old_cookie_);
    std::set<std::string> given;
    for (const HttpResponse& response : send_together(std::vector<HttpRequest>(12, click), origin())) {
        EXPECT_EQ(response.status, 303);
        if (const auto cookie = set_cookie_named(response, kCookie)) {
            given.insert(cookie->value);
        }
    }
    EXPECT_EQ(given.size(), 1U);
    EXPECT_EQ(admin().current(), 1);
    alice_.set_cookie(kCookie, given.empty() ? "" : *given.begin());
    expect_new_session();
}

TEST_F(Reactivation, ReloadsWhereNothingMayBeginGiveOneCookie) {
    config.set("agent_sessions_begin", "0");
    reload();
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/flow/1"))));
    const HttpRequest again = navigation("/flow/1").with("Cookie", std::string(kCookie) + "=" + old_cookie_);
    std::set<std::string> given;
    for (int time = 0; time < 5; ++time) {
        given.insert(set_cookie_named(Connection(origin()).send(again), kCookie).value_or(SetCookie()).value);
    }
    EXPECT_EQ(given.size(), 1U);
    EXPECT_EQ(admin().current(), 0);
    config.set("agent_sessions_begin", "");
    reload();
    alice_.set_cookie(kCookie, *given.begin());
    const HttpResponse next = alice_.send(navigation("/flow/1"));
    EXPECT_EQ(status_of(next), "NEW");
    EXPECT_EQ(next.header("X-Agent"), "alice");
}

TEST_F(Reactivation, AWrongMarkOrTheMarkOfAnotherSessionDoesNothing) {
    Browser bob = browser();
    const std::string bobs = begin_session(bob, "bob");
    admin().terminate({bobs});
    const std::string foreign = button_target(bob.send(navigation("/flow/1")));
    ASSERT_NE(foreign, "");
    for (const std::string& target :
         {foreign, std::string("/flow/1?agent_session_reactivate=AAAAAAAAAAAAAAAAAAAAAA"),
          std::string("/flow/1?agent_session_reactivate="), std::string("/flow/1?agent_session_reactivate=1"),
          "/flow/1?agent_session_reactivate=" + std::string(2000, 'A')}) {
        const HttpResponse response = alice_.send(navigation_by_page(target));
        EXPECT_TRUE(response.all("Set-Cookie").empty()) << target;
        EXPECT_NE(response.status, 200) << target;
        EXPECT_TRUE(is_message_for_script(alice_.send(script_call("/api")))) << target;
    }
    EXPECT_EQ(alice_.cookie(kCookie), old_cookie_);
}

TEST_F(Reactivation, TheMarkByPostOrScriptDoesNothing) {
    const std::string target = button_target(alice_.send(navigation("/flow/1")));
    EXPECT_EQ(alice_.send(form_post(target, "a=b")).status, 403);
    EXPECT_EQ(alice_.send(prefetch(target)).status, 403);
    EXPECT_TRUE(is_still_ended());
}

TEST_F(Reactivation, AReloadOfTheButtonsUrlIsNoDeadEnd) {
    const std::string target = button_target(alice_.send(navigation("/flow/1")));
    EXPECT_TRUE(is_from_application(press_button(target)));
    const HttpResponse again = press_button(target);
    EXPECT_TRUE(is_from_application(again)) << "the mark is dropped for a live session";
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Reactivation, TheNewSessionCanBeEndedAndReactivatedLikeTheFirst) {
    for (int round = 0; round < 3; ++round) {
        const std::string path = "/flow/" + std::to_string(round);
        EXPECT_TRUE(is_message_page(alice_.send(navigation(path))));
        EXPECT_TRUE(is_from_application(alice_.send(navigation(path))));
        const HttpResponse live = alice_.send(navigation("/app"));
        EXPECT_EQ(admin().terminate({ref_of(live)}), std::vector<std::string>{"terminated"});
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
