// What the audit keeps of terminations, of refused ones as well.
#include <future>
#include <string>
#include <thread>

#include "tests/unit/admin/terminate_test.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

// Some had ended when the table stayed busy, and the answer came without a word for the audit.
TEST_F(TerminateTest, WhatEndedBeforeTheTableStayedBusyIsAudited) {
    const tracker::SessionKey key = begin();
    tracker_ = segment_.tracker(tracker::Waiting::event_loop);
    looks_ = 1;
    std::promise<void> held;
    std::promise<void> let_go;
    std::thread holder;
    int step = 0;
    const Response response = ask(
        asked("POST", "api/1/sessions/terminate", "{\"refs\":[" + quoted(key) + "," + quoted({7, 7}) + "]}"),
        [&] {
            if (++step == 1) {
                holder = std::thread([&] {
                    const tracker::memory::ZoneGuard guard(segment_.layout(), tracker::Waiting::patient);
                    held.set_value();
                    let_go.get_future().wait();
                });
                held.get_future().wait();
            } else if (step == 30) {
                let_go.set_value();
                holder.join();
            }
            clock_.advance(100ms);
        });
    EXPECT_EQ(code_of(response), "busy");
    EXPECT_EQ(response.log, "");
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_EQ(acts().front().ended, 1u);
    EXPECT_EQ(acts().front().what, "2 refs: " + tracker::to_ref(key) + ", " + tracker::to_ref({7, 7}))
        << "more slices than one: what was asked for";
}

// The worker was ended in the middle, and 180 sessions had ended without a word in the audit.
TEST_F(TerminateTest, AnActIsAuditedThoughItsRequestEndsInTheMiddle) {
    struct Gone {};
    looks_ = 2;
    for (const bool by_refs : {true, false}) {
        const std::size_t before = acts().size();
        const int others = live();
        std::string refs;
        for (int session = 0; session < 20; ++session) {
            refs += (session == 0 ? "" : ",") + quoted(begin({.agent = "f"}));
        }
        const std::string body =
            by_refs ? "{\"refs\":[" + refs + "]}" : R"({"filter":{"q":"f"},"expected":20})";
        EXPECT_THROW(ask(asked("POST", "api/1/sessions/terminate", body),
                         [&] {
                             if (live() < others + 15) {
                                 EXPECT_EQ(acts().size(), before + 1) << "before it is done";
                                 throw Gone{};
                             }
                         }),
                     Gone);
        ASSERT_EQ(acts().size(), before + 1);
        EXPECT_EQ(static_cast<int>(acts().back().ended), others + 20 - live());
        tracker::RowCursor cursor;
        tracker_.end_all(cursor, 10'000, {std::nullopt, std::nullopt, tracker_.latest_sequence()}, {},
                         clock_.now());
    }
}

TEST_F(TerminateTest, AnActOfManySlicesThatTheAuditHasNoRoomForIsLostOnce) {
    tracker::HistoryFeed(tracker_).note_state(tracker::HistoryState::busy, 0);
    while (tracker_.record_act(tracker::ActRequest{}, clock_.now())) {
    }
    const std::uint64_t lost = tracker_.history_status().lost;
    looks_ = 2;
    std::string refs;
    for (int session = 0; session < 20; ++session) {
        refs += (session == 0 ? "" : ",") + quoted(begin());
    }
    EXPECT_EQ(terminate("{\"refs\":[" + refs + "]}").status, 200);
    EXPECT_EQ(tracker_.history_status().lost, lost + 1);
}

TEST_F(TerminateTest, AnActIsAboutTheAccountsOfWhatItEnded) {
    const tracker::SessionKey first = begin({.agent = "f", .account = "acme"});
    begin({.agent = "f", .account = "globex"});
    begin({.agent = "g", .account = "initech"});
    ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(first)));
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_EQ(acts().back().accounts, "acme\n");
    begin({.agent = "f", .account = "acme"});
    EXPECT_EQ(terminate(R"({"filter":{"q":"f"},"expected":2})").status, 200);
    EXPECT_EQ(acts().back().accounts, "acme\nglobex\n");
}

TEST_F(TerminateTest, AnActThatIsMissingInTheAuditIsToldInTheLog) {
    tracker::HistoryFeed(tracker_).note_state(tracker::HistoryState::busy, 0);
    while (tracker_.record_act(tracker::ActRequest{}, clock_.now())) {
    }
    caller_.role = "admin";
    const std::string bodies[] = {"{\"refs\":[" + quoted(begin()) + "]}",
                                  R"({"filter":{"q":"f"},"expected":1})", R"({"all":true})"};
    for (const std::string& body : bodies) {
        begin({.agent = "f"});
        const Response response = terminate(body);
        EXPECT_EQ(response.status, 200) << body;
        EXPECT_EQ(json_of(response).at("durable"), false) << body;
        EXPECT_NE(response.log.find("missing in the audit"), std::string::npos) << body;
        tracker::RowCursor cursor;
        tracker_.end_all(cursor, 10'000, {std::nullopt, std::nullopt, tracker_.latest_sequence()}, {},
                         clock_.now());
    }
}

// Whoever may not end all, and whoever may not do anything at all, was refused without a trace.
TEST_F(TerminateTest, EveryRefusedAttemptIsAudited) {
    const std::string ref = tracker::to_ref(begin());
    EXPECT_EQ(code_of(terminate(R"({"all":true})")), "role_insufficient");
    caller_.role = "";
    caller_.user = "mallory";
    EXPECT_EQ(code_of(ask(asked("DELETE", "api/1/sessions/" + ref))), "role_missing");
    caller_.role = "operator";
    caller_.accounts = "";
    EXPECT_EQ(code_of(terminate(R"({"all":true})")), "account_missing");
    EXPECT_EQ(code_of(get("api/1/sessions")), "account_missing") << "a read is no attempt to change anything";
    ASSERT_EQ(acts().size(), 3u);
    for (const tracker::Act& act : acts()) {
        EXPECT_TRUE(act.refused);
        EXPECT_EQ(act.address, "198.51.100.7");
    }
    EXPECT_EQ(acts()[0].user, "ada");
    EXPECT_EQ(acts()[0].accounts, "*\n");
    EXPECT_EQ(acts()[1].user, "mallory");
    EXPECT_EQ(acts()[1].role, "none");
    EXPECT_EQ(acts()[1].what, ref);
    EXPECT_EQ(acts()[2].accounts, "");
}

// A name that somebody took for a ref stayed in the audit after its erasure.
TEST_F(TerminateTest, ARefusedAttemptOnWhatIsNoRefIsAuditedInOurWords) {
    caller_.role = "";
    ask(asked("DELETE", "api/1/sessions/anna.schmidt"));
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_EQ(acts().front().what, "not a ref");
}

// The audit cut a filter off in the middle of a name, and no erasure found what was left of it.
TEST_F(TerminateTest, TheAuditCutsNoValueOfAFilter) {
    begin({.agent = std::string(128, 'f')});
    const Response response =
        terminate(R"({"filter":{"agent":")" + std::string(128, 'f') + R"(","q":")" + std::string(128, 'F') +
                  R"("},"expected":1,"when":"finished","in":"24h"})");
    ASSERT_EQ(response.status, 200) << response.body;
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_EQ(acts().front().what,
              "when finished, after 86400 s at most: agent \u2026, search \"" + std::string(128, 'F') + '"');
}

// Whoever asked for the acts of a name as the audit shows it found none.
TEST_F(TerminateTest, TheAuditKeepsAnAdminsNameAsItIsShown) {
    caller_.user = "zo\xEB";
    terminate("{\"refs\":[" + quoted(begin()) + "]}");
    terminate(R"({"all":true})");
    ASSERT_EQ(acts().size(), 2u);
    for (const tracker::Act& act : acts()) {
        EXPECT_EQ(act.user, "zo\xEF\xBF\xBD") << (act.refused ? "refused" : "done");
    }
}

// A ref of another account was answered with 404 and left no trace.
TEST_F(TerminateTest, WhoReachesForAnotherAccountsSessionsIsAudited) {
    const tracker::SessionKey own = begin();
    const tracker::SessionKey foreign = begin({.account = "beta"});
    const tracker::SessionKey unknown{7, 7};
    caller_.accounts = "alpha";
    for (const tracker::SessionKey& key : {foreign, unknown}) {
        EXPECT_EQ(code_of(ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key)))),
                  "session_not_found");
        EXPECT_TRUE(acts().back().refused) << "and the one is not told from the other";
        EXPECT_EQ(acts().back().accounts, "alpha\n");
        EXPECT_EQ(acts().back().what, tracker::to_ref(key));
    }
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted(foreign) + "," + quoted(own) + "]}")),
              (Results{"not_found", "terminated"}));
    ASSERT_EQ(acts().size(), 4u);
    EXPECT_TRUE(acts()[2].refused);
    EXPECT_EQ(acts()[2].what, tracker::to_ref(foreign));
    EXPECT_FALSE(acts()[3].refused);
    EXPECT_EQ(acts()[3].what, tracker::to_ref(own));
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted(own) + "]}")), Results{"already_gone"});
    EXPECT_EQ(acts().size(), 4u) << "to be late is no attempt at anything";
    EXPECT_EQ(code_of(terminate(R"({"filter":{"account":"beta"}})")), "account_not_found");
    ASSERT_EQ(acts().size(), 5u);
    EXPECT_TRUE(acts()[4].refused);
    EXPECT_TRUE(is_live(foreign));
}

// Of several refs the audit told only how many.
TEST_F(TerminateTest, TheAuditNamesTheFirstOfThoseThatEnded) {
    std::string body;
    std::string first;
    for (int index = 0; index < 8; ++index) {
        const tracker::SessionKey key = begin();
        body += (index == 0 ? "" : ",") + quoted(key);
        first += index < 7 ? (index == 0 ? "" : ", ") + tracker::to_ref(key) : "";
    }
    terminate("{\"refs\":[" + body + "]}");
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_EQ(acts().front().what, "8 refs: " + first + ", \u2026");
    EXPECT_EQ(acts().front().ended, 8u);
}

}  // namespace
}  // namespace agent_sessions::admin
