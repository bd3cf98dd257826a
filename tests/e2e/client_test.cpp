// The location of the script for the agent's pages: GET answers the script, POST takes what it sends, and no
// request to it is tracked, counted or blocked (PRODUCT 2, last line).
#include <chrono>
#include <thread>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kScript = "/agent-sessions.js";

class Client : public GatewayTest {
  protected:
    explicit Client(const std::string& parameters = "", const std::string& more = "") {
        config.locations = "        location = " + std::string(kScript) + " { agent_sessions_client floor" +
                           parameters + "; " + more + " }\n";
    }

    // As the script of a page of this host sends it.
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

    static HttpRequest beacon_from(const std::string& origin, const std::string& site, std::string body) {
        HttpRequest request = beacon(std::move(body)).without("Sec-Fetch-Site");
        return request.with("Sec-Fetch-Site", site).with("Origin", origin);
    }

    static std::string state_in(const HttpResponse& response) {
        EXPECT_EQ(response.status, 200) << response.error << response.body;
        return text_of(parse_object(response), "state");
    }

    std::int64_t instances_of(const std::string& ref) {
        const auto row = admin().row(ref);
        return row ? row->at("instances").to_number<std::int64_t>() : -1;
    }
};

TEST_F(Client, TheScriptIsAnsweredToAnybodyAndSetsNoCookie) {
    start();
    Browser stranger = browser();
    const HttpResponse plain = stranger.send(HttpRequest{kScript, "GET", {}, {}});
    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.header("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(plain.header("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_NE(plain.body.find("agent-session-message"), std::string::npos);
    EXPECT_TRUE(stranger.jar().empty());
    HttpRequest again{kScript, "GET", {}, {}};
    again.with("If-None-Match", plain.header("ETag").value_or("none"));
    EXPECT_EQ(stranger.send(again).status, 304);
    HttpRequest zipped{kScript, "GET", {}, {}};
    zipped.with("Accept-Encoding", "gzip");
    const HttpResponse small = stranger.send(zipped);
    EXPECT_EQ(small.header("Content-Encoding"), "gzip");
    EXPECT_LE(small.body.size(), 3000U);
    HttpRequest head{kScript, "HEAD", {}, {}};
    EXPECT_EQ(stranger.send(head).status, 200);
}

TEST_F(Client, RequestsToItAreNeitherTrackedNorCounted) {
    start();
    Browser agent = browser();
    EXPECT_TRUE(agent.send(navigation(kScript)).all("Set-Cookie").empty());
    EXPECT_EQ(state_in(agent.send(beacon("{}"))), "none");
    agent.send(navigation("/app"));
    const std::int64_t untracked = admin().read("usage").at("untracked").to_number<std::int64_t>();
    EXPECT_EQ(state_in(agent.send(beacon(R"({"active":true,"open":[{"name":"Billing"}]})"))), "none")
        << "a cookie with which no session has begun";
    EXPECT_EQ(admin().current(), 0);
    EXPECT_EQ(admin().read("usage").at("untracked").to_number<std::int64_t>(), untracked);
}

TEST_F(Client, ABeaconOpensRenamesAndClosesInstances) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent, "alice");
    EXPECT_EQ(state_in(agent.send(beacon(
                  R"({"open":[{"name":"Billing","instance":"a"},{"name":"Billing","instance":"b"}]})"))),
              "active");
    EXPECT_EQ(instances_of(ref), 2);
    agent.send(beacon(R"({"open":[{"name":"Refund","instance":"a"}]})"));
    EXPECT_EQ(instances_of(ref), 2);
    const auto row = admin().row(ref).value_or(boost::json::object());
    EXPECT_EQ(boost::json::serialize(row.at("interactions")), R"(["Billing","Refund"])");
    agent.send(beacon(R"({"close":[{"name":"Refund","instance":"a"},{"name":"none","instance":"none"}]})"));
    EXPECT_EQ(instances_of(ref), 1);
}

TEST_F(Client, ABeaconFromAnyWorkerActsOnTheSessionOfItsCookieAlone) {
    start();
    Browser alice = browser();
    Browser bob = browser();
    const std::string alices = begin_session(alice, "alice");
    const std::string bobs = begin_session(bob, "bob");
    for (Connection* tab : tabs_on_every_worker(alice)) {
        EXPECT_EQ(state_in(alice.send(beacon(R"({"open":[{"name":"Billing","instance":"a"}]})"), *tab)),
                  "active");
    }
    EXPECT_EQ(instances_of(alices), 1);
    EXPECT_EQ(instances_of(bobs), 0);
}

TEST_F(Client, AnEndedSessionIsToldAsToAnyScriptAndReactivatedByItsLink) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent, "alice");
    admin().terminate({ref}, "The shift is over");
    const HttpResponse told =
        agent.send(beacon(R"({"active":true,"open":[{"name":"Billing"}],"page":"/flow?step=2"})"));
    EXPECT_TRUE(is_message_for_script(told));
    EXPECT_NE(told.body.find("The shift is over"), std::string::npos);
    const std::string link = text_of(parse_object(told), "reactivate");
    EXPECT_EQ(link.rfind("/flow?step=2&agent_session_reactivate=", 0), 0U) << link;
    EXPECT_EQ(admin().current(), 0);
    EXPECT_EQ(agent.send(navigation(link)).status, 303);
    EXPECT_EQ(state_in(agent.send(beacon("{}"))), "active");
    EXPECT_EQ(text_of(admin().list().at(0), "agent"), "alice");
}

TEST_F(Client, WithoutAPageTheLinkLeadsToTheRefererOrHome) {
    start();
    Browser agent = browser();
    admin().terminate({begin_session(agent)});
    const HttpResponse plain = agent.send(beacon(""));
    EXPECT_EQ(text_of(parse_object(plain), "reactivate").rfind("/?agent_session_reactivate=", 0), 0U)
        << plain.body;
    HttpRequest referred = beacon("");
    const std::string host = "127.0.0.1:" + std::to_string(config.port);
    const HttpResponse known = agent.send(referred.with("Referer", "http://" + host + "/flow?a=1"));
    EXPECT_EQ(text_of(parse_object(known), "reactivate").rfind("/flow?a=1&agent_session_reactivate=", 0), 0U);
    const HttpResponse sly = agent.send(beacon(R"({"page":"//evil.example/x"})"));
    EXPECT_EQ(text_of(parse_object(sly), "reactivate").rfind("/evil.example/x?", 0), 0U)
        << "never to another host";
}

TEST_F(Client, NobodyElseLearnsThatASessionEnded) {
    start();
    Browser agent = browser();
    Browser other = browser();
    begin_session(other, "bob");
    const std::string ref = begin_session(agent, "alice");
    const HttpRequest foreign = beacon_from("https://evil.example", "cross-site", "{}");
    const HttpResponse before = agent.send(foreign);
    admin().terminate({ref}, "The shift is over");
    const HttpResponse after = agent.send(foreign);
    expect_problem(before, 403, "origin_not_allowed");
    EXPECT_EQ(after.body, before.body);
    EXPECT_FALSE(after.header("Agent-Session"));
    EXPECT_FALSE(after.header("Access-Control-Allow-Origin"));
    EXPECT_EQ(state_in(other.send(beacon("{}"))), "active");
    Browser forger = browser();
    forger.set_cookie(kCookie, std::string(52, 'A'));
    EXPECT_EQ(state_in(forger.send(beacon("{}"))), "none");
}

TEST_F(Client, OnlyPagesOfThisHostMaySendBeacons) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent);
    const std::string body = R"({"open":[{"name":"Billing"}]})";
    for (const auto& [origin, site] :
         {std::pair("https://evil.example", "cross-site"), std::pair("https://app.example", "same-site"),
          std::pair("null", "cross-site")}) {
        expect_problem(agent.send(beacon_from(origin, site, body)), 403, "origin_not_allowed");
    }
    HttpRequest old = beacon(body).without("Sec-Fetch-Site").without("Sec-Fetch-Mode");
    HttpRequest foreign = old;
    expect_problem(agent.send(foreign.with("Origin", "http://evil.example")), 403, "origin_not_allowed");
    EXPECT_EQ(instances_of(ref), 0);
    EXPECT_EQ(state_in(agent.send(old.with("Origin", "http://127.0.0.1:" + std::to_string(config.port)))),
              "active");
    EXPECT_EQ(instances_of(ref), 1);
}

TEST_F(Client, WhatItDoesNotKnowIsRefusedClearly) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent);
    for (const char* body :
         {"x", "[]", "{\"open\":{}}", R"({"open":[{"name":""}]})", R"({"open":[{"instance":"a"}]})",
          R"({"open":[{"name":"a","more":1}]})", R"({"active":1})", R"({"page":"http://x/"})",
          R"({"more":1})", R"({"open":[{"name":"Billing"}],"close":7})", R"({"open":[[[["a"]]]]})",
          "{\"open\":[{\"name\":\"\xff\"}]}"}) {
        expect_problem(agent.send(beacon(body)), 400, "invalid_beacon");
    }
    expect_problem(agent.send(beacon(R"({"open":[{"name":")" + std::string(513, 'a') + "\"}]}")), 400,
                   "invalid_beacon");
    expect_problem(agent.send(beacon(std::string(70'000, ' '))), 413, "body_too_large");
    HttpRequest chunked = beacon(std::string(70'000, ' '));
    expect_problem(agent.send(chunked.with("Transfer-Encoding", "chunked")), 413, "body_too_large");
    HttpRequest other = beacon("{}");
    other.method = "PUT";
    const HttpResponse refused = agent.send(other);
    expect_problem(refused, 405, "method_not_allowed");
    EXPECT_EQ(refused.header("Allow"), "GET, HEAD, OPTIONS, POST");
    EXPECT_EQ(instances_of(ref), 0) << "nothing of a body that is refused is done";
}

class ClientOfOtherOrigin : public Client {
  protected:
    ClientOfOtherOrigin() : Client(" origin=https://app.example origin=http://desk.example:8080") {}
};

TEST_F(ClientOfOtherOrigin, AnAllowedOriginMaySendAndRead) {
    start();
    Browser agent = browser();
    const std::string ref = begin_session(agent);
    const HttpResponse active =
        agent.send(beacon_from("https://app.example", "cross-site", R"({"open":[{"name":"Billing"}]})"));
    EXPECT_EQ(state_in(active), "active");
    EXPECT_EQ(active.header("Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_EQ(active.header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(active.header("Vary"), "Origin");
    EXPECT_EQ(instances_of(ref), 1);
    expect_problem(agent.send(beacon_from("http://app.example", "cross-site", "{}")), 403,
                   "origin_not_allowed");
    admin().terminate({ref});
    const HttpResponse told = agent.send(beacon_from("http://desk.example:8080", "same-site", "{}"));
    EXPECT_TRUE(is_message_for_script(told));
    EXPECT_EQ(told.header("Access-Control-Expose-Headers"), "Agent-Session");
    EXPECT_EQ(told.header("Access-Control-Allow-Origin"), "http://desk.example:8080");
}

TEST_F(ClientOfOtherOrigin, ItsPreflightIsAnswered) {
    start();
    Connection connection(origin());
    HttpRequest preflight{kScript, "OPTIONS", {}, {}};
    preflight.with("Access-Control-Request-Method", "POST").with("Sec-Fetch-Site", "cross-site");
    HttpRequest foreign = preflight;
    const HttpResponse allowed = connection.send(preflight.with("Origin", "https://app.example"));
    EXPECT_EQ(allowed.status, 204);
    EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_EQ(allowed.header("Access-Control-Allow-Methods"), "POST");
    const HttpResponse refused = connection.send(foreign.with("Origin", "https://evil.example"));
    expect_problem(refused, 403, "origin_not_allowed");
    EXPECT_FALSE(refused.header("Access-Control-Allow-Origin"));
    const HttpResponse script = connection.send(HttpRequest{kScript, "GET", {}, {}});
    EXPECT_EQ(script.header("Cross-Origin-Resource-Policy"), "cross-origin");
}

class ClientTimes : public Client {
  protected:
    ClientTimes() : Client(" heartbeat=7s warn=90s") {
        config.set("agent_sessions_timeout", "10m absolute=1h");
    }
};

TEST_F(ClientTimes, TheScriptIsToldHowLongTheSessionHas) {
    start();
    Browser agent = browser();
    begin_session(agent);
    const boost::json::object answer = parse_object(agent.send(beacon("{}")));
    const auto number = [&answer](const char* name) { return answer.at(name).to_number<std::int64_t>(); };
    EXPECT_EQ(number("heartbeat"), 7);
    EXPECT_EQ(number("warn"), 90);
    EXPECT_LE(number("idle_in"), 600);
    EXPECT_GT(number("idle_in"), 500);
    EXPECT_LE(number("ends_in"), 3600);
    EXPECT_GT(number("ends_in"), 3500);
}

class ShortClient : public Client {
  protected:
    ShortClient() : Client(" warn=off") { config.set("agent_sessions_timeout", "3s absolute=1h"); }

    // Sends heartbeats for longer than the session lasts without activity, or until it is gone.
    std::string state_after(Browser& agent, const std::string& body) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(6);
        std::string state = "active";
        while (state == "active" && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            state = state_in(agent.send(beacon(body)));
        }
        return state;
    }
};

TEST_F(ShortClient, AHeartbeatExtendsTheSessionOnlyWhereTheAgentWasActive) {
    start();
    Browser active = browser();
    begin_session(active);
    EXPECT_EQ(state_after(active, R"({"active":true})"), "active");
    Browser quiet = browser();
    begin_session(quiet);
    EXPECT_EQ(state_after(quiet, R"({"open":[{"name":"Billing"}]})"), "none")
        << "it ran out, and nothing is told";
}

}  // namespace
}  // namespace agent_sessions::e2e
