// POST api/1/erase, from the request to the segment and to what the history is asked to do.
#include "tests/unit/admin/endpoint.h"
#include "tests/unit/history/history_database.h"
#include "tracker/history/reader.h"

namespace agent_sessions::admin {
namespace {

class EraseTest : public Endpoint {
  protected:
    EraseTest() { caller_.role = "admin"; }

    Response erase(std::string body) { return post("api/1/erase", std::move(body)); }

    std::string agent_of(tracker::SessionKey key) {
        tracker::Row row;
        EXPECT_TRUE(tracker_.read_row(key, clock_.now(), row));
        return row.agent;
    }

    // From here on `reader` is asked for what the table does not know.
    void ask_history(tracker::history::Reader* reader) {
        history_ = reader;
        waits_for_thread_ = true;
        tracker::HistoryFeed(tracker_).note_state(tracker::HistoryState::failing, 0);  // so that nobody waits
    }
};

// A history that knows an account, "gone", of which the table knows nothing.
struct KnownAccount {
    explicit KnownAccount(tracker::WallTime now) { database.add_account(connection, "gone", now); }

    tracker::history::HistoryDatabase database;
    tracker::history::Connection connection = database.writer();
    tracker::history::Reader reader{database.path()};
};

TEST_F(EraseTest, APseudonymTakesThePlaceOfTheName) {
    const tracker::SessionKey anna = begin({.agent = "anna"});
    const tracker::SessionKey bob = begin({.agent = "bob"});
    const Response response = erase(R"({"agent": "anna"})");
    ASSERT_EQ(response.status, 200) << response.body;
    const std::string pseudonym = text(json_of(response).at("pseudonym"));
    EXPECT_TRUE(pseudonym.starts_with("erased-")) << pseudonym;
    EXPECT_EQ(json_of(response).at("durable"), false) << "nobody writes the history here";
    EXPECT_EQ(agent_of(anna), pseudonym);
    EXPECT_EQ(agent_of(bob), "bob");
    const boost::json::object list = get_json("api/1/sessions?agent=" + pseudonym);
    EXPECT_EQ(list.at("filtered").to_number<int>(), 1);
    EXPECT_TRUE(list.at("sessions").at(0).at("address").is_null());
    EXPECT_EQ(list.at("total").to_number<int>(), 2) << "counts stay";
}

TEST_F(EraseTest, TheSameNameGetsAnotherPseudonymEachTime) {
    EXPECT_NE(json_of(erase(R"({"agent": "anna"})")).at("pseudonym"),
              json_of(erase(R"({"agent": "anna"})")).at("pseudonym"));
}

TEST_F(EraseTest, IsRecordedForTheHistoryBeforeAnythingIsChanged) {
    const std::string pseudonym = text(json_of(erase(R"({"agent": "anna"})")).at("pseudonym"));
    ASSERT_EQ(acts().size(), 1u);
    const tracker::Act act = acts().front();
    EXPECT_EQ(act.kind, tracker::ActKind::erase);
    EXPECT_FALSE(act.refused);
    EXPECT_EQ(act.user, "ada");
    EXPECT_EQ(act.account, "*");
    EXPECT_EQ(act.agent, "anna") << "until it is done";
    EXPECT_EQ(act.pseudonym, pseudonym);
    EXPECT_EQ(act.what.find("anna"), std::string::npos);
}

TEST_F(EraseTest, OnlyAnAdminMayAndARefusedAttemptIsAudited) {
    const tracker::SessionKey anna = begin({.agent = "anna"});
    for (const char* role : {"viewer", "operator"}) {
        caller_.role = role;
        EXPECT_EQ(code_of(erase(R"({"agent": "anna"})")), "role_insufficient") << role;
    }
    caller_.role = "admin";
    caller_.write = false;
    EXPECT_EQ(code_of(erase(R"({"agent": "anna"})")), "read_only");
    caller_.write = true;
    Asked foreign = asked("POST", "api/1/erase", R"({"agent": "anna"})");
    foreign.sec_fetch_site = "cross-site";
    EXPECT_EQ(code_of(ask(foreign)), "cross_site");
    EXPECT_EQ(agent_of(anna), "anna");
    ASSERT_EQ(acts().size(), 4u);
    for (const tracker::Act& act : acts()) {
        EXPECT_TRUE(act.refused);
        EXPECT_EQ(act.kind, tracker::ActKind::erase);
        EXPECT_EQ(act.agent, "") << "the name is not told";
    }
}

TEST_F(EraseTest, StaysWithinTheAccountsOfTheCaller) {
    const tracker::SessionKey ours = begin({.agent = "anna", .account = "alpha"});
    const tracker::SessionKey second = begin({.agent = "anna", .account = "gamma"});
    const tracker::SessionKey theirs = begin({.agent = "anna", .account = "beta"});
    caller_.accounts = "alpha,gamma";
    Response other = erase(R"({"agent": "anna", "account": "beta"})");
    EXPECT_EQ(code_of(other), "account_not_found");
    EXPECT_EQ(other.body, erase(R"({"agent": "anna", "account": "none"})").body);
    EXPECT_EQ(erase(R"({"agent": "anna", "account": "gamma"})").status, 200);
    EXPECT_EQ(agent_of(ours), "anna");
    EXPECT_NE(agent_of(second), "anna");
    const std::string pseudonym = text(json_of(erase(R"({"agent": "anna"})")).at("pseudonym"));
    EXPECT_EQ(agent_of(ours), pseudonym);
    EXPECT_EQ(agent_of(theirs), "anna");
    ASSERT_EQ(acts().size(), 5u) << "one for each account, and the two attempts";
    for (const std::size_t attempt : {0u, 1u}) {
        EXPECT_TRUE(acts()[attempt].refused);
        EXPECT_EQ(acts()[attempt].accounts, "alpha\ngamma\n") << "of the caller, not what was asked for";
    }
    EXPECT_EQ(acts()[3].accounts, "alpha\n");
    EXPECT_EQ(acts()[4].accounts, "gamma\n");
    EXPECT_EQ(acts()[4].pseudonym, pseudonym);
}

TEST_F(EraseTest, EveryWrongBodyIsNamed) {
    const std::pair<const char*, const char*> bodies[] = {
        {"", "invalid_json"},
        {"[]", "invalid_json"},
        {R"({"agent":"ada","agent":"bob"})", "invalid_json"},
        {"{}", "missing_member"},
        {R"({"agent": null})", "invalid_member"},
        {R"({"agent": ""})", "invalid_member"},
        {R"({"agent": "anna", "account": ""})", "invalid_member"},
        {R"({"agent": "anna", "account": 7})", "invalid_member"},
        {R"({"agent": "anna", "reason": "left"})", "unknown_member"},
    };
    for (const auto& [body, code] : bodies) {
        EXPECT_EQ(code_of(erase(body)), code) << body;
    }
    EXPECT_EQ(code_of(erase("{\"agent\": \"" + std::string(129, 'a') + "\"}")), "invalid_member");
    EXPECT_EQ(erase("{\"agent\": \"" + std::string(128, 'a') + "\"}").status, 200);
    EXPECT_EQ(code_of(post("api/1/erase?x=1", R"({"agent": "anna"})")), "unknown_parameter");
    EXPECT_EQ(code_of(erase(R"({"agent": "anna", "account": "*"})")), "account_not_found");
}

// The table alone would have lost the name, and nobody would have said that the history has not.
TEST_F(EraseTest, IsRefusedWhereTheHistoryCannotBeTold) {
    tracker::HistoryFeed(tracker_).note_state(tracker::HistoryState::busy, 0);
    while (tracker_.record_act(tracker::ActRequest{}, clock_.now())) {
    }
    EXPECT_EQ(code_of(erase(R"({"agent": "anna"})")), "busy");
}

TEST_F(EraseTest, AnAccountThatOnlyTheHistoryKnowsIsAskedFor) {
    history_ = nullptr;
    EXPECT_EQ(code_of(erase(R"({"agent": "anna", "account": "gone"})")), "account_not_found");
    KnownAccount known(clock_.now().wall);
    ask_history(&known.reader);
    EXPECT_EQ(erase(R"({"agent": "anna", "account": "gone"})").status, 200);
    EXPECT_EQ(code_of(erase(R"({"agent": "anna", "account": "typo"})")), "account_not_found");
    ASSERT_EQ(acts().size(), 3u);
    for (const std::size_t attempt : {0u, 2u}) {
        EXPECT_TRUE(acts()[attempt].refused);
        EXPECT_EQ(acts()[attempt].agent, "") << "the name is not told";
        EXPECT_EQ(acts()[attempt].accounts, "*\n");
    }
    history_ = nullptr;
}

TEST_F(EraseTest, AnAccountOfOthersThatOnlyTheHistoryKnowsIsNotErased) {
    KnownAccount known(clock_.now().wall);
    ask_history(&known.reader);
    caller_.accounts = "alpha";
    EXPECT_EQ(code_of(erase(R"({"agent": "anna", "account": "gone"})")), "account_not_found");
    ASSERT_EQ(acts().size(), 1u);
    EXPECT_TRUE(acts().front().refused);
    history_ = nullptr;
}

}  // namespace
}  // namespace agent_sessions::admin
