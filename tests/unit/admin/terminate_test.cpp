#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "tests/unit/admin/endpoint.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

class TerminateTest : public Endpoint {
  protected:
    static std::string quoted(tracker::SessionKey key) { return "\"" + tracker::to_ref(key) + "\""; }

    int live() { return static_cast<int>(tracker_.overall_usage().current); }

    static std::vector<std::string> results_of(const Response& response) {
        std::vector<std::string> results;
        EXPECT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = json_of(response);
        for (const boost::json::value& result : answer.at("results").as_array()) {
            results.emplace_back(result.as_object().at("result").as_string());
        }
        const bool nothing_ended = std::find(results.begin(), results.end(), "terminated") == results.end();
        EXPECT_TRUE(nothing_ended || !answer.at("durable").as_bool()) << "nobody writes a history here";
        return results;
    }

    static void expect_ended(const Response& response, int ended, int already_gone = 0) {
        EXPECT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = json_of(response);
        EXPECT_EQ(answer.at("ended").to_number<int>(), ended);
        EXPECT_EQ(answer.at("already_gone").to_number<int>(), already_gone);
        EXPECT_FALSE(answer.at("durable").as_bool());
    }
};

using Results = std::vector<std::string>;

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

TEST_F(TerminateTest, ManyRefsAreWorkedInSteps) {
    std::string refs;
    for (int index = 0; index < 300; ++index) {
        refs += (index == 0 ? "" : ",") + quoted(begin());
    }
    looks_ = 1;
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + refs + "]}")), Results(300, "terminated"));
    EXPECT_GE(steps_, 299);
    EXPECT_EQ(live(), 0);
}

TEST_F(TerminateTest, TheAnswerForManyRefsIsWrittenInSteps) {
    std::string refs;
    for (int index = 0; index < 40; ++index) {
        refs += (refs.empty() ? "" : ",") + quoted(begin());
    }
    const std::string body = "{\"refs\":[" + refs + "]}";
    looks_ = 1'000'000;
    terminate(body);
    const Response whole = terminate(body);
    const int steps_of_whole = steps_;
    looks_ = 1;
    const Response stepped = terminate(body);
    EXPECT_EQ(stepped.body, whole.body);
    EXPECT_EQ(json_of(stepped).at("results").as_array().size(), 40U);
    EXPECT_GE(steps_, steps_of_whole + 2 * 39) << "to end them, and to tell it";
}

TEST_F(TerminateTest, ABodyThatNamesManyIsReadInSteps) {
    std::string body = "{\"refs\":[";
    for (std::uint64_t index = 0; index < 1'000; ++index) {
        body += (index == 0 ? "" : ",") + quoted({1, index});
    }
    looks_ = 1'000'000;
    terminate(body + "]}");
    const int steps_of_whole = steps_;
    looks_ = 1;
    EXPECT_EQ(results_of(terminate(body + "]}")), Results(1'000, "not_found"));
    EXPECT_GE(steps_, steps_of_whole + 2 * 1'000 + 15 + 8) << "to end, to tell, to check and to parse them";
    EXPECT_EQ(code_of(terminate(body + ",\"x\"]}")), "invalid_member");
    EXPECT_EQ(code_of(terminate(body + "]")), "invalid_json");
    caller_.role = "operator";
    EXPECT_EQ(code_of(terminate(body + "],\"all\":true}")), "missing_member");
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

TEST_F(TerminateTest, EveryWrongBodyIsNamed) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    const std::string ref = quoted(key);
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const std::pair<std::string, const char*> wrong[] = {
        {"", "invalid_json"},
        {" ", "invalid_json"},
        {"null", "invalid_json"},
        {"[]", "invalid_json"},
        {"{", "invalid_json"},
        {"{} x", "invalid_json"},
        {"{\"refs\":[" + ref + "],}", "invalid_json"},
        {"{\"message\":\"\xFF\",\"refs\":[" + ref + "]}", "invalid_json"},
        {"{\"message\":\"\\ud800\",\"refs\":[" + ref + "]}", "invalid_json"},
        {"{\"refs\":" + deep + "}", "invalid_json"},
        {deep, "invalid_json"},
        {"{}", "missing_member"},
        {R"({"reason":"x"})", "missing_member"},
        {"{\"refs\":[" + ref + "],\"all\":true}", "missing_member"},
        {"{\"refs\":[" + ref + "],\"filter\":{}}", "missing_member"},
        {"{\"refs\":[" + ref + "],\"expected\":1}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"force\":true}", "unknown_member"},
        {"{\"refs\":[" + ref + "],\"Reason\":\"x\"}", "unknown_member"},
        {"{\"refs\":" + ref + "}", "invalid_member"},
        {R"({"refs":[]})", "invalid_member"},
        {R"({"refs":[1]})", "invalid_member"},
        {R"({"refs":[null]})", "invalid_member"},
        {R"({"refs":["x"]})", "invalid_member"},
        {"{\"refs\":[" + ref + ",\"" + std::string(33, '0') + "\"]}", "invalid_member"},
        {R"({"all":false})", "invalid_member"},
        {R"({"all":1})", "invalid_member"},
        {R"({"all":true,"expected":1})", "invalid_member"},
        {R"({"filter":[]})", "invalid_member"},
        {R"({"filter":null})", "invalid_member"},
        {R"({"filter":{"sort":"agent"},"expected":1})", "unknown_member"},
        {R"({"filter":{"limit":1},"expected":1})", "unknown_member"},
        {R"({"filter":{"cursor":"x"},"expected":1})", "unknown_member"},
        {R"({"filter":{"agent":1},"expected":1})", "invalid_member"},
        {R"({"filter":{"q":null},"expected":1})", "invalid_member"},
        {R"({"filter":{"q":""},"expected":1})", "invalid_member"},
        {R"({"filter":{"agent":{"$ne":""}},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":-1},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":1e9},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":9223372036854775807},"expected":1})", "invalid_member"},
        {R"({"filter":{"multiple":2},"expected":1})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":-1})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":"1"})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":1.0})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":null})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":18446744073709551615})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":10000001})", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\nb\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\u0000b\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\u0085b\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"" + std::string(257, 'x') + "\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"reason\":\"" + std::string(257, 'x') + "\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"reason\":5}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"when\":\"finished\"}", "when_not_supported"},
        {"{\"refs\":[" + ref + "],\"when\":\"later\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"when\":null}", "invalid_member"},
    };
    for (const auto& [body, code] : wrong) {
        Asked request = asked("POST", "api/1/sessions/terminate", body);
        request.content_type = "application/json";
        const Response response = ask(request);
        EXPECT_EQ(response.status, 400) << body.substr(0, 100);
        EXPECT_EQ(code_of(response), code) << body.substr(0, 100);
    }
    EXPECT_TRUE(is_live(key));
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + ref + "],\"message\":\"" + std::string(256, 'x') + "\"}")),
              Results{"terminated"});
}

TEST_F(TerminateTest, TenThousandRefsAreTheMost) {
    const auto refs = [](int count) {
        std::string body = "{\"refs\":[";
        for (int index = 0; index < count; ++index) {
            body += (index == 0 ? "" : ",") + quoted({1, static_cast<std::uint64_t>(index)});
        }
        return body + "]}";
    };
    EXPECT_EQ(results_of(terminate(refs(10'000))), Results(10'000, "not_found"));
    EXPECT_EQ(code_of(terminate(refs(10'001))), "invalid_member");
}

TEST_F(TerminateTest, ABusyTableIsWaitedForAndThenLetGo) {
    const tracker::SessionKey key = begin();
    tracker_ = segment_.tracker(tracker::Waiting::event_loop);
    looks_ = 2;

    // Another one holds the table's lock; a robust mutex of another thread is as foreign as one of another
    // process.
    const auto hold_while = [this](const std::function<void()>& action) {
        std::thread([&] {
            const tracker::memory::ZoneGuard guard(segment_.layout(), tracker::Waiting::patient);
            std::thread(action).join();
        }).join();
    };
    hold_while([&] {
        const Response response =
            ask(asked("DELETE", "api/1/sessions/" + tracker::to_ref(key)), [this] { clock_.advance(100ms); });
        EXPECT_EQ(response.status, 204) << "the cookie is refused already";
        EXPECT_GE(steps_, 20) << "but its counts were waited for";
        EXPECT_EQ(live(), 1);
    });
    EXPECT_FALSE(is_live(key));
    EXPECT_TRUE(tracker_.settle(key, {tracker::EndReason::administrator, {}, {}}, clock_.now()));
    EXPECT_EQ(live(), 0);

    hold_while([&] {
        const Response response =
            ask(asked("POST", "api/1/sessions/terminate", "{\"refs\":[" + quoted({7, 7}) + "]}"),
                [this] { clock_.advance(100ms); });
        EXPECT_EQ(response.status, 503) << "nothing is known of a session that can't be looked up";
        EXPECT_EQ(code_of(response), "busy");
        EXPECT_EQ(header(response, "Retry-After"), "1");
    });
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + quoted({7, 7}) + "]}")), Results{"not_found"});
}

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
    EXPECT_EQ(acts().front().what, tracker::to_ref(key)) << "the one that ended";
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
