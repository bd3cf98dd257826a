// "Let the agent finish": a session that is to end goes on until nothing is open in it any more, or its time
// is up (PRODUCT 5, last line).
#include <chrono>
#include <memory>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/history_test.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/e2e/support/stream_server.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kScript = "/agent-sessions.js";
constexpr const char* kBilling = "/flow?interaction=Billing&instance=a";
constexpr auto kCutWithin = std::chrono::milliseconds(2000);
// What a page had open that was left is waited for so long (docs/client.md).
constexpr std::chrono::seconds kLeftFor{8};
// Of the script, while an end is pending.
constexpr std::chrono::seconds kHeartbeat{5};

class Finishing : public HistoryTest {
  protected:
    Finishing() {
        config.http = StreamServer::http();
        config.locations =
            streams.location() + "        location = " + kScript + " { agent_sessions_client floor; }\n";
        config.set("agent_sessions_interaction_close", "$upstream_http_x_closed $arg_instance");
    }

    // A session with one open interaction.
    std::string begin_busy(Browser& agent, const std::string& name = "alice",
                           const std::string& account = "default") {
        std::string ref = begin_session(agent, name, account);
        EXPECT_TRUE(is_from_application(agent.send(in_account(navigation(kBilling), account))));
        return ref;
    }
    static HttpRequest in_account(HttpRequest request, const std::string& account) {
        return account == "default" ? request : request.with("X-Test-Account", account);
    }

    // Gives the result of each ref.
    static std::vector<std::string> results_of(const HttpResponse& response) {
        EXPECT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = parse_object(response);
        std::vector<std::string> results;
        for (const boost::json::value& result : answer.at("results").as_array()) {
            results.push_back(text_of(result.as_object(), "result"));
        }
        return results;
    }
    std::string let_finish(const std::string& ref, const std::string& members = R"("when":"finished")") {
        const HttpResponse response =
            admin().post("sessions/terminate",
                         "{\"refs\":[\"" + ref + "\"],\"message\":\"We update at noon.\"," + members + "}");
        last_answer = parse_object(response);
        return results_of(response).at(0);
    }
    // A session that is to end once its page has closed what it opens here.
    std::string begin_ending(Browser& agent, const std::string& opened) {
        std::string ref = begin_session(agent, "alice");
        agent.send(beacon("{\"open\":[" + opened + "]}"));
        EXPECT_EQ(let_finish(ref), "ending");
        return ref;
    }
    std::string keep(const std::string& ref) {
        const HttpResponse response = admin().post("sessions/keep", "{\"refs\":[\"" + ref + "\"]}");
        last_answer = parse_object(response);
        return results_of(response).at(0);
    }
    std::string state_of(const std::string& ref) {
        const auto row = admin().row(ref);
        return row ? text_of(*row, "state") : "gone";
    }
    void expect_going_on(Browser& agent, const std::string& ref) {
        EXPECT_EQ(state_of(ref), "ending");
        EXPECT_EQ(admin().current(), 1) << "it takes its seat";
        EXPECT_EQ(status_of(agent.send(navigation("/app"))), "ACTIVE");
    }
    // The message has the words of whoever asked.
    void expect_ended(Browser& agent, const std::string& ref) {
        EXPECT_TRUE(wait_until([&] { return state_of(ref) == "gone"; }));
        const HttpResponse page = agent.send(navigation("/app"));
        EXPECT_TRUE(is_message_page(page));
        EXPECT_NE(page.body.find("We update at noon."), std::string::npos);
        EXPECT_EQ(admin().current(), 0);
    }

    static HttpRequest beacon(std::string body) {
        HttpRequest request;
        request.target = kScript;
        request.method = "POST";
        request.with("Accept", "*/*")
            .with("Content-Type", "text/plain;charset=UTF-8")
            .with("Sec-Fetch-Site", "same-origin")
            .with("Sec-Fetch-Mode", "cors");
        request.body = std::move(body);
        return request;
    }
    std::unique_ptr<RawConnection> websocket(const Browser& agent, const std::string& query = "") {
        auto socket = std::make_unique<RawConnection>(config.port);
        EXPECT_TRUE(socket->send(websocket_request(
            "/stream/socket" + query, std::string(kCookie) + "=" + agent.cookie(kCookie).value_or(""))));
        EXPECT_TRUE(socket->receives("101 Switching"));
        EXPECT_TRUE(socket->receives("\r\n\r\n"));
        return socket;
    }

    StreamServer streams;
    boost::json::object last_answer;
};

TEST_F(Finishing, TheBeaconOfTheLastPageThatIsLeftEndsIt) {
    start();
    Browser alice = browser();
    const std::string ref =
        begin_ending(alice, R"({"name":"Billing","instance":"a"},{"name":"Chat","instance":"b"})");
    expect_going_on(alice, ref);
    alice.send(beacon(R"({"close":[{"name":"Billing","instance":"a"}]})"));
    expect_going_on(alice, ref);
    const HttpResponse told = alice.send(beacon(R"({"close":[{"name":"Chat","instance":"b"}]})"));
    EXPECT_TRUE(is_message_for_script(told)) << "in the answer to that very beacon";
    expect_ended(alice, ref);
}

TEST_F(Finishing, APageThatIsLeftForTheNextOneOfItsFlowDoesNotEndIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_ending(alice, R"({"name":"Billing","instance":"a"})");
    alice.send(beacon(R"({"close":[{"name":"Billing","instance":"a"}],"left":true})"));
    expect_going_on(alice, ref);
    // As the script of the next page does: at once, and again.
    for (int heartbeat = 0; heartbeat < 2; ++heartbeat) {
        alice.send(beacon(R"({"open":[{"name":"Billing","instance":"a"}]})"));
        EXPECT_FALSE(wait_until([&] { return state_of(ref) == "gone"; }, kHeartbeat));
    }
    expect_going_on(alice, ref);
    EXPECT_TRUE(
        is_message_for_script(alice.send(beacon(R"({"close":[{"name":"Billing","instance":"a"}]})"))));
    expect_ended(alice, ref);
}

TEST_F(Finishing, APageThatIsLeftForGoodEndsIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_ending(alice, R"({"name":"Billing","instance":"a"})");
    alice.send(beacon(R"({"close":[{"name":"Billing","instance":"a"}],"left":true})"));
    EXPECT_TRUE(wait_until([&] { return state_of(ref) == "gone"; }, kLeftFor + kPatience));
    expect_ended(alice, ref);
}

TEST_F(Finishing, PagesThatNeverWereTakeNoMoreThanTheirRoom) {
    config.workers = 1;
    start();
    Browser alice = browser();
    const std::string ref = begin_ending(alice, R"({"name":"Billing","instance":"a"})");
    std::string pages;
    for (int page = 0; page < 64; ++page) {
        pages +=
            (page == 0 ? "" : ",") + (R"({"name":"No page","instance":")" + std::to_string(page) + "\"}");
    }
    for (int times = 0; times <= 4096 / 64; ++times) {
        alice.send(beacon("{\"left\":true,\"close\":[" + pages + "]}"));
    }
    alice.send(beacon(R"({"close":[{"name":"Billing","instance":"a"}],"left":true})"));
    EXPECT_TRUE(wait_until([&] { return state_of(ref) == "gone"; }, kLeftFor / 2)) << "closed at once";
}

TEST_F(Finishing, AHeaderOfTheApplicationsAnswerEndsIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    EXPECT_EQ(let_finish(ref, R"("in":"5m")"), "ending");
    expect_going_on(alice, ref);
    EXPECT_TRUE(is_from_application(alice.send(form_post("/done?closed=Billing&instance=a", "a=1"))))
        << "the last step itself is answered";
    expect_ended(alice, ref);
}

TEST_F(Finishing, TheEndOfItsWebsocketEndsIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    auto socket = websocket(alice, "?interaction=Chat&instance=1");
    EXPECT_EQ(let_finish(ref), "ending");
    expect_going_on(alice, ref);
    EXPECT_FALSE(socket->ends_within(std::chrono::milliseconds(1000))) << "nothing is cut before the end";
    socket.reset();
    expect_ended(alice, ref);
}

TEST_F(Finishing, AnInteractionThatTimesOutEndsIt) {
    config.set("agent_sessions_timeout", "10m instance=2s");
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    EXPECT_EQ(let_finish(ref), "ending");
    expect_ended(alice, ref);
}

TEST_F(Finishing, TheTimeThatIsUpEndsItAndCutsWhatIsOpen) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    const auto socket = websocket(alice);
    EXPECT_EQ(let_finish(ref, R"("in":"3s")"), "ending");
    expect_going_on(alice, ref);
    EXPECT_FALSE(socket->ends_within(std::chrono::milliseconds(500)));
    EXPECT_TRUE(wait_until([&] { return state_of(ref) == "gone"; }));
    EXPECT_TRUE(socket->ends_within(kCutWithin));
    expect_ended(alice, ref);
}

TEST_F(Finishing, WithNothingOpenItEndsAtOnce) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(let_finish(ref, R"("in":"5m")"), "terminated");
    EXPECT_EQ(let_finish(ref, R"("in":"5m")"), "already_gone");
    expect_ended(alice, ref);
}

TEST_F(Finishing, KeptItGoesOn) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    EXPECT_EQ(keep(ref), "not_ending");
    EXPECT_EQ(let_finish(ref, R"("in":"2s")"), "ending");
    EXPECT_EQ(keep(ref), "kept");
    EXPECT_EQ(state_of(ref), "active");
    EXPECT_FALSE(wait_until([&] { return state_of(ref) == "gone"; }, std::chrono::milliseconds(4000)));
    alice.send(script_call("/done?closed=Billing&instance=a"));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Finishing, AskedAgainTheLatestWordCounts) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    EXPECT_EQ(let_finish(ref, R"("in":"2s")"), "ending");
    EXPECT_EQ(let_finish(ref, R"("in":"1h")"), "ending");
    EXPECT_FALSE(wait_until([&] { return state_of(ref) == "gone"; }, std::chrono::milliseconds(4000)));
    EXPECT_EQ(let_finish(ref, R"("when":"now")"), "terminated");
    expect_ended(alice, ref);
}

TEST_F(Finishing, ALogoutIsALogout) {
    config.set("agent_sessions_logout", "$upstream_http_x_logout");
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    EXPECT_EQ(let_finish(ref), "ending");
    alice.send(navigation("/app?logout=1"));
    EXPECT_EQ(state_of(ref), "gone");
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app")))) << "without a message";
}

TEST_F(Finishing, TheScriptIsToldUntilItIsKept) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    const auto heartbeat = [&] { return parse_object(alice.send(beacon("{}"))); };
    EXPECT_FALSE(heartbeat().contains("ending"));
    let_finish(ref, R"("in":"5m")");
    const boost::json::object told = heartbeat();
    EXPECT_EQ(text_of(told, "state"), "active");
    ASSERT_TRUE(told.contains("ending"));
    const auto left = told.at("ending").at("in").to_number<int>();
    EXPECT_GT(left, 200);
    EXPECT_LE(left, 301);
    EXPECT_EQ(text_of(told.at("ending").as_object(), "message"), "We update at noon.");
    let_finish(ref);
    EXPECT_TRUE(heartbeat().at("ending").at("in").is_null());
    keep(ref);
    EXPECT_FALSE(heartbeat().contains("ending"));
}

TEST_F(Finishing, AReloadAndARestartGoOnWithIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    let_finish(ref, R"("in":"1h")");
    reload();
    expect_going_on(alice, ref);
    server.stop();
    ASSERT_TRUE(server.start());
    Browser after = browser();
    after.set_cookie(kCookie, alice.cookie(kCookie).value_or(""));
    expect_going_on(after, ref);
    after.send(script_call("/done?closed=Billing&instance=a"));
    expect_ended(after, ref);
}

TEST_F(Finishing, WhatWasDurableGoesOnWithoutTheSegment) {
    start();
    Browser alice = browser();
    Browser bob = browser();
    const std::string ref = begin_busy(alice);
    const std::string kept = begin_busy(bob, "bob");
    const auto is_durable = [&] { return last_answer.at("durable").as_bool(); };
    EXPECT_TRUE(wait_until([&] { return let_finish(ref, R"("in":"1h")") == "ending" && is_durable(); }));
    EXPECT_TRUE(
        wait_until([&] { return let_finish(kept) == "ending" && keep(kept) == "kept" && is_durable(); }));
    server.stop();
    lose_segment();
    ASSERT_TRUE(server.start());
    EXPECT_EQ(state_of(kept), "active");
    EXPECT_EQ(state_of(ref), "ending");
    const auto row = admin().row(ref).value_or(boost::json::object());
    EXPECT_EQ(text_of(row.at("ending").as_object(), "by"), "supervisor");
    EXPECT_EQ(text_of(row.at("ending").as_object(), "message"), "We update at noon.");
    EXPECT_FALSE(row.at("ending").at("until").is_null());

    Browser after = browser();
    after.set_cookie(kCookie, alice.cookie(kCookie).value_or(""));
    EXPECT_EQ(status_of(after.send(navigation(kBilling))), "ACTIVE");
    EXPECT_EQ(state_of(ref), "ending") << "its interaction is open again";
    after.send(script_call("/done?closed=Billing&instance=a"));
    EXPECT_TRUE(wait_until([&] { return state_of(ref) == "gone"; }));
    EXPECT_TRUE(is_message_page(after.send(navigation("/app"))));
}

TEST_F(Finishing, FilterAndAllLetFinishWhomTheyMean) {
    start();
    Browser alice = browser();
    Browser bob = browser();
    Browser carol = browser();
    const std::string busy = begin_busy(alice, "alice", "acme");
    const std::string quiet = begin_session(bob, "alice", "acme");
    const std::string foreign = begin_busy(carol, "alice", "globex");
    const auto tally = [](const HttpResponse& response) {
        const boost::json::object answer = parse_object(response);
        return std::pair(answer.at("ended").to_number<int>(), answer.at("ending").to_number<int>());
    };
    EXPECT_EQ(tally(admin("acme", "operator")
                        .post("sessions/terminate", R"({"filter":{"agent":"alice"},"in":"1h"})")),
              std::pair(1, 1));
    EXPECT_EQ(state_of(busy), "ending");
    EXPECT_EQ(state_of(quiet), "gone");
    EXPECT_EQ(state_of(foreign), "active");
    EXPECT_EQ(admin().list("state=ending").size(), 1U);
    EXPECT_EQ(tally(admin().post("sessions/terminate", R"({"all":true,"when":"finished"})")),
              std::pair(0, 2));
    EXPECT_EQ(admin().list("state=ending").size(), 2U);
}

TEST_F(Finishing, AnotherAccountsSessionIsNeitherLetFinishNorKept) {
    start();
    Browser carol = browser();
    const std::string ref = begin_busy(carol, "carol", "globex");
    AdminClient stranger = admin("acme", "operator");
    const std::string body = "{\"refs\":[\"" + ref + "\"]}";
    EXPECT_EQ(results_of(stranger.post("sessions/terminate", "{\"refs\":[\"" + ref + "\"],\"in\":\"5m\"}")),
              std::vector<std::string>{"not_found"});
    EXPECT_EQ(state_of(ref), "active");
    let_finish(ref);
    EXPECT_EQ(results_of(stranger.post("sessions/keep", body)), std::vector<std::string>{"not_found"});
    expect_problem(admin("globex", "viewer").post("sessions/keep", body), 403, "role_insufficient");
    EXPECT_EQ(state_of(ref), "ending");
    EXPECT_EQ(results_of(admin("globex", "operator").post("sessions/keep", body)),
              std::vector<std::string>{"kept"});
}

TEST_F(Finishing, TheAuditAndTheHistoryTellWhoAskedAndHowItEnded) {
    start();
    Browser alice = browser();
    const std::string ref = begin_busy(alice);
    let_finish(ref, R"("in":"5m","reason":"an update")");
    keep(ref);
    let_finish(ref, R"("when":"finished","reason":"an update")");
    const auto acts = [&] { return admin().read("audit").at("entries").as_array(); };
    ASSERT_TRUE(wait_until([&] { return acts().size() == 3; }));
    const boost::json::array entries = acts();
    const auto entry = [&](std::size_t index) { return entries.at(index).as_object(); };
    EXPECT_EQ(text_of(entry(0), "what"), "when finished: " + ref);
    EXPECT_EQ(text_of(entry(1), "action"), "keep");
    EXPECT_EQ(text_of(entry(1), "what"), ref);
    EXPECT_EQ(text_of(entry(2), "action"), "terminate");
    EXPECT_EQ(text_of(entry(2), "what"), "when finished, after 300 s at most: " + ref);
    EXPECT_EQ(text_of(entry(2), "user"), "supervisor");
    EXPECT_EQ(admin().read("audit?action=keep").at("filtered").to_number<int>(), 1);
    EXPECT_EQ(admin().read("ended").at("filtered").to_number<int>(), 0);

    alice.send(script_call("/done?closed=Billing&instance=a"));
    ASSERT_TRUE(wait_until([&] { return admin().read("ended").at("filtered").to_number<int>() == 1; }));
    const boost::json::object ended = admin().read("ended").at("sessions").at(0).as_object();
    EXPECT_EQ(text_of(ended, "reason"), "administrator");
    EXPECT_EQ(text_of(ended, "by"), "supervisor");
    EXPECT_EQ(text_of(ended, "why"), "an update");
    EXPECT_EQ(text_of(ended, "message"), "We update at noon.");
}

}  // namespace
}  // namespace agent_sessions::e2e
