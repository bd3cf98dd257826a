// Whom a termination ends, and what is answered: one, several refs, a filter, all.
#include <string>
#include <vector>

#include "tests/unit/admin/terminate_test.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

TEST_F(TerminateTest, DeleteEndsOneSession) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    const tracker::SessionKey other = begin();

    const Response response = ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key)));

    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header(response, "Content-Type"), "");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    const tracker::Found found = tracker_.find(key, clock_.now());
    EXPECT_EQ(found.state, tracker::Found::State::ended);
    EXPECT_EQ(found.reason, tracker::EndReason::administrator);
    EXPECT_EQ(tracker_.ended_facts(found.handle)->by, "ada");
    EXPECT_TRUE(is_live(other));

    EXPECT_EQ(code_of(ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key)))), "session_not_found");
    EXPECT_EQ(get("api/1/sessions/" + tracker::to_ref(key)).status, 404);
}

TEST_F(TerminateTest, DeleteMayCarryWords) {
    const tracker::SessionKey key = begin();
    const Response wrong = ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key), R"({"refs":[]})"));
    EXPECT_EQ(code_of(wrong), "unknown_member");
    EXPECT_TRUE(is_live(key));
    EXPECT_EQ(
        ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key), R"({"message":"See you"})")).status,
        204);
    EXPECT_EQ(tracker_.ended_facts(handle_of(key))->message, "See you");
}

TEST_F(TerminateTest, RefsAreAnsweredOnceEachInOrder) {
    const tracker::SessionKey live_one = begin();
    const tracker::SessionKey gone = begin();
    const tracker::SessionKey never{7, 7};
    const tracker::SessionKey another = begin();
    tracker_.end(gone, {tracker::EndReason::logout, {}, {}}, clock_.now());

    const Response response =
        terminate("{\"refs\":[" + quoted(another) + "," + quoted(gone) + "," + quoted(never) + "," +
                  quoted(another) + "," + quoted(live_one) + "," + quoted(gone) +
                  "],\"reason\":\"left\",\"message\":\"Bitte neu "
                  "anmelden\",\"when\":\"now\"}");

    EXPECT_EQ(results_of(response), (Results{"terminated", "already_gone", "not_found", "terminated"}));
    const boost::json::object answer = json_of(response);
    EXPECT_EQ(answer.at("results").as_array().at(0).as_object().at("ref").as_string(),
              tracker::to_ref(another));
    EXPECT_EQ(tracker_.ended_facts(handle_of(live_one))->message, "Bitte neu anmelden");
    EXPECT_EQ(live(), 0);
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted(another) + "]}")), Results{"already_gone"});
}

TEST_F(TerminateTest, OneThatRanOutIsAlreadyGone) {
    const tracker::SessionKey key = begin();
    clock_.advance(31min);
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted(key) + "]}")), Results{"already_gone"});
    EXPECT_EQ(tracker_.find(key, clock_.now()).reason, tracker::EndReason::idle);
}

TEST_F(TerminateTest, AFilterEndsWhatWasExpected) {
    begin({.agent = "ada", .label = "north"});
    begin({.agent = "bob", .label = "north"});
    const tracker::SessionKey south = begin({.agent = "ada", .label = "south"});

    const Response wrong = terminate(R"({"filter":{"label":"north"},"expected":3})");
    EXPECT_EQ(wrong.status, 409);
    EXPECT_EQ(code_of(wrong), "count_changed");
    EXPECT_EQ(json_of(wrong).at("count").to_number<int>(), 2);
    EXPECT_EQ(live(), 3);
    const Response fewer = terminate(R"({"filter":{"label":"north"},"expected":0})");
    EXPECT_EQ(json_of(fewer).at("count").to_number<int>(), 2);
    EXPECT_EQ(live(), 3);

    expect_ended(terminate(R"({"filter":{"label":"north"},"expected":2,"message":"x"})"), 2);
    EXPECT_EQ(live(), 1);
    EXPECT_TRUE(is_live(south));
    expect_ended(terminate(R"({"filter":{"label":"north"},"expected":0})"), 0);
}

TEST_F(TerminateTest, AFilterTakesTheConditionsOfTheList) {
    const char* conditions[] = {
        R"({"q":"ADA"})",
        R"({"agent":"ada","account":"alpha"})",
        R"({"agent":"ada","label":"north"})",
        R"({"label":"north"})",
        R"({"interaction":"Refund"})",
        R"({"address":"192.0.2.1","label":"north"})",
        R"({"idle_gt":60})",
        R"({"idle_gt":"1m"})",
        R"({"multiple":1,"agent":"ada"})",
        R"({"multiple":true,"label":"north"})",
        R"({"multiple":"1","label":"north"})",
    };
    for (const char* condition : conditions) {
        const tracker::SessionKey key = begin({.agent = "ada", .label = "north"});
        tracker_.open_instance(handle_of(key), "Refund", "", clock_.now());
        const tracker::SessionKey second = begin({.agent = "ada", .account = "alpha", .label = "north"});
        tracker_.open_instance(handle_of(second), "Refund", "", clock_.now());
        clock_.advance(61s);
        const tracker::SessionKey other = begin({.agent = "bob", .account = "beta"});
        expect_ended(terminate(std::string("{\"filter\":") + condition + ",\"expected\":2}"), 2);
        EXPECT_TRUE(is_live(other)) << condition;
        tracker_.end(other, {tracker::EndReason::logout, {}, {}}, clock_.now());
    }
    const tracker::SessionKey guest = begin({.agent = ""});
    begin({.agent = "Guest", .label = "x"});
    expect_ended(terminate(R"({"filter":{"agent":null},"expected":1})"), 1);
    EXPECT_FALSE(is_live(guest));
    expect_ended(terminate(R"({"filter":{"label":null},"expected":0})"), 0);
    expect_ended(terminate(R"({"filter":{"address":null},"expected":0})"), 0);
    caller_.role = "admin";
    expect_ended(terminate(R"({"filter":{},"expected":1})"), 1);
}

TEST_F(TerminateTest, AFilterWithoutAConditionIsForAdminsAsAllIs) {
    begin({.agent = "ada", .account = "alpha"});
    begin({.agent = "bob", .account = "beta"});
    for (const char* filter : {"{}", R"({"multiple":0})", R"({"multiple":false})"}) {
        const Response response = terminate(std::string("{\"filter\":") + filter + ",\"expected\":2}");
        EXPECT_EQ(response.status, 403) << filter;
        EXPECT_EQ(code_of(response), "role_insufficient") << filter;
    }
    EXPECT_EQ(live(), 2);
    EXPECT_TRUE(acts().at(0).refused);

    expect_ended(terminate(R"({"filter":{"account":"beta"},"expected":1})"), 1);
    caller_.role = "admin";
    expect_ended(terminate(R"({"filter":{},"expected":1})"), 1);
}

// Each worker has a clock of its own, which stands still while the worker is busy.
TEST_F(TerminateTest, WhatHadBegunInAWorkerWhoseClockIsAheadIsEndedToo) {
    clock_.advance(tracker::Millis{20});
    begin({.agent = "ada", .account = "alpha"});
    begin({.agent = "bob", .account = "alpha"});
    clock_.advance(tracker::Millis{-20});
    expect_ended(terminate(R"({"filter":{"agent":"ada"}})"), 1);
    expect_ended(terminate(R"({"filter":{"agent":"bob"},"expected":1})"), 1);
}

TEST_F(TerminateTest, AnEmergencyNeedsNoNumber) {
    begin({.agent = "ada", .account = "alpha"});
    begin({.agent = "bob", .account = "alpha"});
    begin({.agent = "ada", .account = "beta"});
    begin({.agent = "bob", .account = "beta"});
    expect_ended(terminate(R"({"filter":{"account":"alpha"}})"), 2);
    expect_ended(terminate(R"({"filter":{"agent":"ada"}})"), 1);
    EXPECT_EQ(live(), 1);
    for (const char* filter :
         {"{}", R"({"q":"bob"})", R"({"agent":""})", R"({"agent":null})", R"({"idle_gt":0})",
          R"({"account":"beta","agent":"bob"})", R"({"label":""})", R"({"multiple":0})"}) {
        const Response response = terminate(std::string("{\"filter\":") + filter + "}");
        EXPECT_EQ(response.status, 400) << filter;
        EXPECT_EQ(code_of(response), "missing_member") << filter;
    }
    EXPECT_EQ(live(), 1);
}

TEST_F(TerminateTest, AllIsForAdminsAndEndsWhatHadBegun) {
    for (int index = 0; index < 200; ++index) {
        begin({.account = index % 2 == 0 ? "alpha" : "beta"});
    }
    EXPECT_EQ(code_of(terminate(R"({"all":true})")), "role_insufficient");
    EXPECT_EQ(live(), 200);

    caller_.role = "admin";
    caller_.accounts = "alpha";
    looks_ = 1;
    std::vector<tracker::SessionKey> later;
    const Response response = ask(asked("POST", "api/1/sessions/terminate", R"({"all":true})"), [&] {
        clock_.advance(1ms);
        if (later.size() < 50) {
            later.push_back(begin());
        }
    });
    looks_ = 1'000'000;
    expect_ended(response, 100);
    for (const tracker::SessionKey& key : later) {
        EXPECT_TRUE(is_live(key)) << "it began after the call";
    }
    EXPECT_EQ(tracker_.account_usage("beta")->current, 100u);
    EXPECT_EQ(tracker_.account_usage("alpha")->current, 50u);
}

TEST_F(TerminateTest, ExactlyTheCountedOnesAreEnded) {
    for (int index = 0; index < 150; ++index) {
        begin({.agent = "ada"});
    }
    const tracker::SessionKey leaves = begin({.agent = "ada"});
    looks_ = 1;
    tracker::SessionKey newcomer;
    int step = 0;
    const Response response =
        ask(asked("POST", "api/1/sessions/terminate", R"({"filter":{"q":"ada"},"expected":151})"), [&] {
            clock_.advance(1ms);
            if (++step == 5) {  // counted by now, not yet all ended
                newcomer = begin({.agent = "ada"});
                // The last one is ended first, so end one that comes late in the sequence as well.
                tracker_.end({0x9E3779B97F4A7C15ULL, 1}, {tracker::EndReason::logout, {}, {}}, clock_.now());
            }
        });
    looks_ = 1'000'000;
    expect_ended(response, 150, 1);
    EXPECT_TRUE(is_live(newcomer));
    EXPECT_FALSE(is_live(leaves));
}

}  // namespace
}  // namespace agent_sessions::admin
