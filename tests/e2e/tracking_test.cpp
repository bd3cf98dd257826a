// An agent is tracked and listed: who, since when, with what open (PRODUCT 2; issue 2, point 1).
#include <thread>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

using Tracking = GatewayTest;

std::vector<std::string> names_of(const boost::json::object& row) {
    std::vector<std::string> names;
    for (const auto& name : row.at("interactions").as_array()) {
        names.emplace_back(name.as_string());
    }
    return names;
}

TEST_F(Tracking, AgentWhoLogsInBrowsesAndOpensInteractionsIsListedWithAllOfIt) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_TRUE(is_from_application(alice.send(navigation("/page/1"))));
    Connection& second_tab = alice.open_tab();
    Connection& third_tab = alice.open_tab();
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    alice.send(navigation("/flow?interaction=Billing&instance=b"), second_tab);
    const HttpResponse last = alice.send(navigation("/flow?interaction=Address&instance=c"), third_tab);
    EXPECT_EQ(status_of(last), "ACTIVE");
    EXPECT_EQ(ref_of(last), ref);
    EXPECT_EQ(last.header("X-Agent"), "alice");
    EXPECT_EQ(last.header("X-Account"), "default");

    Browser guest = browser();
    const std::string guest_ref = begin_session(guest);

    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(text_of(rows[0], "ref"), guest_ref) << "newest first";
    EXPECT_TRUE(rows[0].at("agent").is_null()) << "a Guest has no name";
    EXPECT_EQ(rows[0].at("instances").to_number<int>(), 0);
    EXPECT_TRUE(names_of(rows[0]).empty());
    EXPECT_EQ(text_of(rows[1], "ref"), ref);
    EXPECT_EQ(text_of(rows[1], "agent"), "alice");
    EXPECT_EQ(text_of(rows[1], "account"), "default");
    EXPECT_EQ(text_of(rows[1], "state"), "active");
    EXPECT_EQ(text_of(rows[1], "address"), "127.0.0.1");
    EXPECT_EQ(rows[1].at("instances").to_number<int>(), 3);
    EXPECT_EQ(names_of(rows[1]), (std::vector<std::string>{"Address", "Billing"})) << "distinct names";
    EXPECT_EQ(admin().current(), 2);
}

// "*" is all accounts: a session of that name would be counted, and in nobody's list.
TEST_F(Tracking, AnAccountThatIsCalledLikeAllOfThemIsTheDefault) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice", "*");
    const auto rows = admin().list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "account"), "default");
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(admin("default", "operator").terminate({ref}), std::vector<std::string>{"terminated"});
}

TEST_F(Tracking, EveryColumnOfTheListAndEveryFieldOfTheAnswerIsThere) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const boost::json::object answer = admin().read("sessions");
    for (const char* field : {"sessions", "total", "filtered", "next", "generated_at", "time_zone"}) {
        EXPECT_TRUE(answer.contains(field)) << field;
    }
    EXPECT_TRUE(answer.at("next").is_null());
    EXPECT_EQ(answer.at("total").to_number<int>(), 1);
    EXPECT_EQ(answer.at("filtered").to_number<int>(), 1);
    const boost::json::object& row = answer.at("sessions").as_array().at(0).as_object();
    for (const char* field : {"ref", "account", "time_zone", "label", "agent", "started", "last_seen",
                              "interactions", "instances", "address", "user_agent", "state"}) {
        EXPECT_TRUE(row.contains(field)) << field;
    }
}

TEST_F(Tracking, OneSessionIsShownWithItsInstances) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    alice.send(navigation("/flow?interaction=Billing&instance=b"));
    const boost::json::object session = admin().read("sessions/" + ref);
    EXPECT_EQ(text_of(session, "ref"), ref);
    EXPECT_EQ(text_of(session, "agent"), "alice");
    EXPECT_NE(boost::json::serialize(session).find("Billing"), std::string::npos);
    EXPECT_EQ(session.at("instances").is_array() ? session.at("instances").as_array().size()
                                                 : session.at("instances").to_number<std::size_t>(),
              2U);
}

TEST_F(Tracking, TheRequestsOfASessionAreCounted) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const auto requests = [&] { return admin().read("sessions/" + ref).at("requests").to_number<int>(); };
    EXPECT_EQ(requests(), 1);
    for (int more = 0; more < 20; ++more) {
        alice.send(navigation("/flow"));
    }
    Browser stranger = browser();
    stranger.send(navigation("/flow"));
    EXPECT_TRUE(wait_until([&] { return requests() >= 21; })) << requests();
    server.reload();  // the old workers add what they have kept
    EXPECT_TRUE(wait_until([&] { return children_of(server.master()).size() == 2; }));
    EXPECT_EQ(requests(), 21);
}

TEST_F(Tracking, AnInstanceIsRefreshedAndRenamedNotCountedTwice) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    alice.send(script_call("/flow?interaction=Billing&instance=a"));
    alice.send(navigation("/flow?interaction=Address&instance=a"));
    const auto row = admin().row(ref);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->at("instances").to_number<int>(), 1);
    EXPECT_EQ(names_of(*row), std::vector<std::string>{"Address"});
}

TEST_F(Tracking, AnInteractionWithoutAnInstanceCountsOncePerName) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    for (int time = 0; time < 2; ++time) {
        alice.send(navigation("/flow?interaction=Billing"));
        alice.send(navigation("/flow?interaction=Address"));
    }
    const auto row = admin().row(ref);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->at("instances").to_number<int>(), 2);
}

TEST_F(Tracking, MoreInstancesThanAreNamedAreStillCounted) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    for (int number = 0; number < 70; ++number) {
        alice.send(navigation("/flow?interaction=Flow" + std::to_string(number) +
                              "&instance=" + std::to_string(number)));
    }
    const auto row = admin().row(ref);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->at("instances").to_number<int>(), 70);
    EXPECT_GE(names_of(*row).size(), 64U);
}

TEST_F(Tracking, AnInstanceNobodyRefreshesIsClosed) {
    config.set("agent_sessions_timeout", "60s absolute=1h instance=1s");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    AdminClient supervisor = admin();
    EXPECT_EQ(supervisor.row(ref).value().at("instances").to_number<int>(), 1);
    EXPECT_TRUE(wait_until([&] {
        const auto row = supervisor.row(ref);
        return row && row->at("instances").to_number<int>() == 0;
    }));
}

TEST_F(Tracking, AnInstanceThatIsRefreshedOutlivesOneThatIsNot) {
    config.set("agent_sessions_timeout", "60s absolute=1h instance=3s");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    AdminClient supervisor = admin();
    EXPECT_TRUE(wait_until([&] {
        alice.send(script_call("/poll?interaction=Address&instance=b"));
        const auto row = supervisor.row(ref);
        return row && names_of(*row) == std::vector<std::string>{"Address"};
    }));
}

TEST_F(Tracking, AnInteractionThatTheApplicationClosesIsClosed) {
    config.set("agent_sessions_interaction_close", "$upstream_http_x_closed $arg_instance");
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser bob = browser();
    const std::string bobs = begin_session(bob, "bob");
    bob.send(navigation("/flow?interaction=Billing&instance=a"));
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    alice.send(navigation("/flow?interaction=Billing&instance=b"));
    alice.send(navigation("/flow?interaction=Address"));
    AdminClient supervisor = admin();
    const auto open = [&] { return supervisor.row(ref).value().at("instances").to_number<int>(); };
    EXPECT_EQ(open(), 3);
    EXPECT_TRUE(is_from_application(alice.send(form_post("/done?closed=Billing&instance=a", "a=1"))));
    EXPECT_EQ(open(), 2);
    EXPECT_EQ(names_of(supervisor.row(ref).value()), (std::vector<std::string>{"Address", "Billing"}));
    alice.send(script_call("/done?closed=Address"));
    EXPECT_EQ(names_of(supervisor.row(ref).value()), std::vector<std::string>{"Billing"});
    alice.send(script_call("/done?closed=Billing&instance=a"));
    alice.send(script_call("/done?closed=Never"));
    alice.send(script_call("/refused/403?closed=Billing&instance=b"));
    EXPECT_EQ(open(), 1) << "neither what is closed already, nor what a refusal says";
    alice.send(script_call("/flow?interaction=Billing&instance=b&closed=Billing"));
    EXPECT_EQ(open(), 0) << "its last step";
    EXPECT_EQ(supervisor.row(bobs).value().at("instances").to_number<int>(), 1);
}

TEST_F(Tracking, LongTextIsCutAtACharacterAndStrangeTextIsListedAsText) {
    start();
    Browser alice = browser();
    std::string name;
    for (int letter = 0; letter < 100; ++letter) {
        name += "é";
    }
    const std::string ref = begin_session(alice, name);
    const auto row = admin().row(ref);
    ASSERT_TRUE(row);
    EXPECT_EQ(text_of(*row, "agent"), name.substr(0, 128));
    Browser strange = browser();
    const std::string strange_ref = begin_session(strange, "<script>\"a\\b\xff</script>");
    const HttpResponse list = admin().get("sessions");
    EXPECT_EQ(list.body.find("<script>"), std::string::npos);
    EXPECT_EQ(text_of(admin().row(strange_ref).value(), "agent"), "<script>\"a\\b\xEF\xBF\xBD</script>");
}

TEST_F(Tracking, WhatIsKeptOfAPersonFollowsTheRecordDirective) {
    config.set("agent_sessions_record", "off");
    start();
    Browser alice = browser();
    HttpRequest request = navigation("/app");
    const std::string ref = begin_session(alice, "alice");
    const auto row = admin().row(ref);
    ASSERT_TRUE(row);
    EXPECT_NE(text_of(*row, "address"), "127.0.0.1");
    EXPECT_EQ(text_of(*row, "user_agent"), "");
}

TEST_F(Tracking, ALabelIsListedAndFiltersTheList) {
    start();
    Browser alice = browser();
    HttpRequest request = navigation("/app");
    request.with("X-Test-Label", "Night shift")
        .with("X-Test-Login", "alice")
        .with("User-Agent", "Workstation/1");
    alice.send(request);
    const std::string ref = ref_of(alice.send(request));
    Browser bob = browser();
    begin_session(bob, "bob");
    const auto rows = admin().list("label=Night%20shift");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), ref);
    EXPECT_EQ(text_of(rows[0], "label"), "Night shift");
    EXPECT_EQ(text_of(rows[0], "user_agent"), "Workstation/1");
}

TEST_F(Tracking, PlacesWithoutTrackingAndTheAdminLocationAreLeftAlone) {
    config.locations = "        location /open/ { agent_sessions off; proxy_pass http://application; }\n";
    start();
    Browser stranger = browser();
    const HttpResponse open = stranger.send(navigation("/open/page"));
    EXPECT_TRUE(is_from_application(open));
    EXPECT_EQ(status_of(open), "-");
    EXPECT_TRUE(stranger.jar().empty());
    HttpRequest page = navigation("/admin/api/1/sessions");
    page.with("X-Test-Accounts", "*").with("X-Test-Role", "admin");
    const HttpResponse listed = stranger.send(page);
    EXPECT_EQ(listed.status, 200);
    EXPECT_TRUE(listed.all("Set-Cookie").empty());
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(Tracking, TheAdminLocationAnswersAnAdminWhoseOwnAgentSessionWasEnded) {
    start();
    Browser supervisor = browser();
    const std::string ref = begin_session(supervisor, "supervisor");
    EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
    HttpRequest page = navigation("/admin/api/1/sessions");
    page.with("X-Test-Accounts", "*").with("X-Test-Role", "admin");
    EXPECT_EQ(supervisor.send(page).status, 200);
}

TEST_F(Tracking, AgentsOnBothProtocolsAreTracked) {
    use_tls();
    start();
    Browser modern = Browser(https_origin());
    const std::string ref = begin_session(modern, "alice");
    const HttpResponse next = modern.send(navigation("/next"));
    EXPECT_TRUE(next.http2);
    EXPECT_EQ(next.new_connections, 0);
    EXPECT_EQ(status_of(next), "ACTIVE");
    EXPECT_EQ(text_of(admin().row(ref).value(), "agent"), "alice");
}

TEST_F(Tracking, NoOutputTellsTheCookie) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::string token = alice.cookie(kCookie).value_or("");
    ASSERT_GE(token.size(), 20U);
    admin().terminate({ref});
    const HttpResponse page = alice.send(navigation("/app"));
    EXPECT_EQ(page.body.find(token), std::string::npos);
    for (const auto& [name, value] : page.headers) {
        EXPECT_EQ(value.find(token), std::string::npos) << name;
    }
    EXPECT_EQ(server.error_log().find(token), std::string::npos);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.prefix())) {
        if (entry.is_regular_file()) {
            EXPECT_EQ(read_file(entry.path()).find(token), std::string::npos) << entry.path();
        }
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
