// The cookie is renewed when a Guest becomes an agent (ASVS 7.2.4): who planted or saw the earlier one is
// left behind, and the row stays.
#include <set>

#include "tests/e2e/support/history_test.h"

namespace agent_sessions::e2e {
namespace {

class Renewal : public HistoryTest {
  protected:
    static HttpRequest as(HttpRequest request, const std::string& agent) {
        return request.with("X-Test-Login", agent);
    }
    static HttpRequest with_cookie(HttpRequest request, const std::string& value) {
        return request.with("Cookie", std::string(kCookie) + "=" + value);
    }
    HttpResponse send(const HttpRequest& request) const { return Connection(origin()).send(request); }
    // What the answer sets the cookie to; empty = it sets none.
    static std::string given(const HttpResponse& response) {
        const auto cookie = set_cookie_named(response, kCookie);
        return cookie ? cookie->value : "";
    }

    // A Guest's session whose agent logs in.
    struct LoggedIn {
        std::string earlier_ref;
        std::string earlier;
        std::string ref;
        std::string cookie;
    };
    LoggedIn log_in() {
        Browser guest = browser();
        LoggedIn session;
        session.earlier_ref = begin_session(guest);
        session.earlier = guest.cookie(kCookie).value();
        const HttpResponse login = guest.send(as(form_post("/login", "user=alice"), "alice"));
        session.ref = ref_of(login);
        session.cookie = guest.cookie(kCookie).value();
        EXPECT_NE(session.cookie, session.earlier);
        return session;
    }
};

TEST_F(Renewal, TheLoginsAnswerBringsANewCookieAndTheRowStays) {
    start();
    Browser alice = browser();
    const std::string guest_ref = begin_session(alice);
    const std::string guest_cookie = alice.cookie(kCookie).value();
    alice.send(navigation("/app?interaction=Claim&instance=1"));
    const auto guest = admin().row(guest_ref);
    ASSERT_TRUE(guest);
    const HttpResponse login = alice.send(as(form_post("/login", "user=alice"), "alice"));
    EXPECT_NE(given(login), "");
    EXPECT_NE(given(login), guest_cookie);
    EXPECT_EQ(login.header("Cache-Control"), "private");
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), ref_of(login));
    EXPECT_NE(ref_of(login), guest_ref);
    EXPECT_EQ(text_of(rows[0], "agent"), "alice");
    EXPECT_EQ(text_of(rows[0], "started"), text_of(*guest, "started"));
    EXPECT_EQ(rows[0].at("instances").as_int64(), 1);
    const HttpResponse next = alice.send(as(navigation("/app"), "alice"));
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(given(next), "") << "once";
    EXPECT_EQ(ref_of(next), ref_of(login));
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Renewal, ACookieThatFirstComesBackWithTheLoginIsRenewedToo) {
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    const std::string planted = alice.cookie(kCookie).value();
    const HttpResponse login = alice.send(as(form_post("/login", "user=alice"), "alice"));
    EXPECT_EQ(status_of(login), "NEW");
    EXPECT_NE(alice.cookie(kCookie).value(), planted);
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref_of(login));
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Renewal, ALostAnswerCostsNothing) {
    start();
    const LoggedIn session = log_in();
    for (int time = 0; time < 3; ++time) {
        const HttpResponse late = send(with_cookie(navigation("/app"), session.earlier));
        EXPECT_EQ(status_of(late), "ACTIVE");
        EXPECT_EQ(ref_of(late), session.ref);
    }
    const HttpResponse again = send(with_cookie(as(navigation("/app"), "alice"), session.earlier));
    EXPECT_EQ(given(again), session.cookie) << "the same for every tab, until it was seen";
    EXPECT_EQ(status_of(send(with_cookie(navigation("/app"), session.cookie))), "ACTIVE");
    const HttpResponse after = send(with_cookie(as(navigation("/app"), "alice"), session.earlier));
    EXPECT_EQ(status_of(after), "ACTIVE") << "for 30 s";
    EXPECT_EQ(given(after), "") << "whoever still has the earlier one gets no new one any more";
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Renewal, AnswersThatNameTheAgentAtOnceBringOneCookie) {
    start();
    Browser alice = browser();
    begin_session(alice);
    const std::string earlier = alice.cookie(kCookie).value();
    std::set<std::string> cookies;
    for (int tab = 0; tab < 8; ++tab) {
        cookies.insert(given(send(with_cookie(as(navigation("/app"), "alice"), earlier))));
    }
    EXPECT_EQ(cookies.size(), 1U);
    EXPECT_NE(*cookies.begin(), "");
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Renewal, EndingTheRowEndsBothAndEitherReactivates) {
    start();
    const LoggedIn session = log_in();
    EXPECT_EQ(admin().terminate({session.ref}), std::vector<std::string>{"terminated"});
    const HttpResponse message = send(with_cookie(navigation("/app"), session.earlier));
    EXPECT_TRUE(is_message_page(message));
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/desk"), session.cookie))));
    const HttpResponse back = send(with_cookie(navigation(button_target(message)), session.earlier));
    EXPECT_EQ(back.status, 303);
    EXPECT_NE(given(back), "");
}

TEST_F(Renewal, TheEarlierRefEndsTheRowAsWell) {
    start();
    const LoggedIn session = log_in();
    EXPECT_EQ(admin().terminate({session.earlier_ref}), std::vector<std::string>{"terminated"});
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/app"), session.cookie))));
}

TEST_F(Renewal, ALogoutWithTheEarlierCookieEndsTheRow) {
    config.set("agent_sessions_logout", "$upstream_http_x_logout");
    start();
    const LoggedIn session = log_in();
    send(with_cookie(navigation("/app?logout=1"), session.earlier));
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(Renewal, NeverOn304) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice);
    const HttpResponse unchanged = alice.send(as(navigation("/unchanged"), "alice"));
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_EQ(given(unchanged), "");
    EXPECT_EQ(ref_of(unchanged), ref);
    EXPECT_NE(given(alice.send(as(navigation("/app"), "alice"))), "") << "a later answer brings it";
    EXPECT_EQ(text_of(admin().list()[0], "agent"), "alice");
}

TEST_F(Renewal, NeverOnAnAnswerThatRefuses) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice);
    EXPECT_EQ(given(alice.send(as(navigation("/refused/401"), "alice"))), "");
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
}

TEST_F(Renewal, AnotherNameOnTheSameCookieBeginsAnotherSessionAsBefore) {
    start();
    const LoggedIn session = log_in();
    const HttpResponse other = send(with_cookie(as(navigation("/app"), "bob"), session.cookie));
    EXPECT_NE(given(other), "");
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "agent"), "bob");
    EXPECT_NE(text_of(rows[0], "started"), "");
    EXPECT_NE(status_of(send(with_cookie(navigation("/app"), session.earlier))), "ACTIVE");
}

TEST_F(Renewal, OutlivesRestartsWithTheSegment) {
    start();
    const LoggedIn live = log_in();
    const LoggedIn ended = log_in();
    admin().terminate({ended.ref});
    server.kill_all();
    start();
    EXPECT_EQ(ref_of(send(with_cookie(navigation("/app"), live.earlier))), live.ref);
    EXPECT_EQ(ref_of(send(with_cookie(navigation("/app"), live.cookie))), live.ref);
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/app"), ended.earlier))));
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/desk"), ended.cookie))));
}

TEST_F(Renewal, WhatWasDurableStaysEndedUnderBothCookiesWithoutTheSegment) {
    start();
    const LoggedIn live = log_in();
    const LoggedIn ended = log_in();
    const HttpResponse answer = admin().remove(ended.ref);
    ASSERT_EQ(answer.status, 204);
    ASSERT_TRUE(wait_until([&] { return !end_sessions_until_durable().empty(); }));
    server.kill_all();
    lose_segment();
    start();
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/app"), ended.earlier))));
    EXPECT_TRUE(is_message_page(send(with_cookie(navigation("/desk"), ended.cookie))));
    EXPECT_EQ(ref_of(send(with_cookie(navigation("/app"), live.earlier))), live.ref);
    EXPECT_EQ(ref_of(send(with_cookie(navigation("/app"), live.cookie))), live.ref);
    EXPECT_EQ(admin().current(), 1);
}

}  // namespace
}  // namespace agent_sessions::e2e
