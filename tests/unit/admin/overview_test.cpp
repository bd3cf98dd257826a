#include "admin/overview.h"

#include "admin/health.h"
#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

class OverviewTest : public Endpoint {
  protected:
    void license(std::vector<tracker::License> licenses) { ASSERT_TRUE(tracker_.set_licenses(licenses)); }
};

TEST_F(OverviewTest, RootSaysWhoAsks) {
    caller_ = {"ada", "viewer", " beta,alpha ", false, "Europe/Paris"};
    const boost::json::object root = get_json("api/1/");
    EXPECT_EQ(root.at("api").to_number<int>(), 1);
    EXPECT_FALSE(root.at("version").as_string().empty());
    EXPECT_EQ(root.at("user").as_string(), "ada");
    EXPECT_EQ(root.at("role").as_string(), "viewer");
    EXPECT_EQ(root.at("accounts"), (boost::json::array{"beta", "alpha"}));
    EXPECT_FALSE(root.at("write").as_bool());
    EXPECT_EQ(root.at("time_zone").as_string(), "Europe/Paris");
    EXPECT_EQ(root.at("links").as_object().at("sessions").as_string(), "sessions");

    caller_ = {"", "admin", "*", true, ""};
    const boost::json::object other = get_json("api/1/");
    EXPECT_TRUE(other.at("user").is_null());
    EXPECT_EQ(other.at("accounts"), boost::json::array{"*"});
    EXPECT_TRUE(other.at("write").as_bool());
    EXPECT_EQ(other.at("time_zone").as_string(), "UTC");
}

TEST_F(OverviewTest, AccountsAreThoseInScope) {
    begin({.agent = "ada", .account = "beta", .time_zone = "Europe/Paris"});
    begin({.agent = "ada", .account = "beta"});
    begin({.account = "gamma"});
    license({{"beta", 5, ""}});
    caller_.accounts = "beta, alpha";
    caller_.time_zone = "Asia/Tokyo";
    EXPECT_EQ(get_json("api/1/accounts").at("accounts"), (boost::json::array{
                                                             {{"name", "alpha"},
                                                              {"current", 0},
                                                              {"total", nullptr},
                                                              {"time_zone", "Asia/Tokyo"},
                                                              {"agents", 0},
                                                              {"untracked", 0}},
                                                             {{"name", "beta"},
                                                              {"current", 2},
                                                              {"total", 5},
                                                              {"time_zone", "Europe/Paris"},
                                                              {"agents", 1},
                                                              {"untracked", 0}},
                                                         }));
    caller_.accounts = "*";
    const boost::json::object all = get_json("api/1/accounts");
    EXPECT_EQ(all.at("accounts").as_array().size(), 2u);
}

// Before its first session an account showed no licences, though the line "*" gives it some.
TEST_F(OverviewTest, AnAccountWithoutSessionsHasTheLicencesOfTheLineForAllOthers) {
    license({{"*", 20, "Europe/Paris"}});
    caller_.accounts = "alpha";
    const boost::json::object accounts = get_json("api/1/accounts");
    EXPECT_EQ(accounts.at("accounts").at(0).at("total"), 20);
    EXPECT_EQ(accounts.at("accounts").at(0).at("time_zone"), "Europe/Paris");
    const boost::json::object usage = get_json("api/1/usage");
    EXPECT_EQ(usage.at("total"), 20);
    EXPECT_EQ(usage.at("time_zone"), "Europe/Paris");
    EXPECT_EQ(get_json("api/1/sessions").at("time_zone"), "Europe/Paris");
}

TEST_F(OverviewTest, UsageIsOfOneAccountOrOfTheScope) {
    begin({.agent = "ada", .account = "alpha", .time_zone = "Europe/Paris"});
    begin({.agent = "ada", .account = "alpha"});
    begin({.agent = "ada", .account = "beta"});
    begin({.agent = "", .account = "gamma"});
    tracker_.note_untracked("alpha", tracker::Untracked::no_cookie);
    license({{"alpha", 10, ""}, {"beta", 7, ""}, {"unused", 100, ""}});
    const auto expect = [this](const char* target, boost::json::object usage) {
        // Without a history there are no days.
        usage["daily_average"] = nullptr;
        usage["daily_max"] = nullptr;
        usage["days"] = boost::json::array();
        usage["generated_at"] = "2026-03-03T12:00:00.000Z";
        EXPECT_EQ(get_json(target), usage) << target;
    };

    expect("api/1/usage?account=alpha", {{"account", "alpha"},
                                         {"time_zone", "Europe/Paris"},
                                         {"current", 2},
                                         {"total", 10},
                                         {"agents", 1},
                                         {"untracked", 1}});
    expect("api/1/usage?account=gamma", {{"account", "gamma"},
                                         {"time_zone", "UTC"},
                                         {"current", 1},
                                         {"total", nullptr},
                                         {"agents", 0},
                                         {"untracked", 0}});
    expect("api/1/usage", {{"account", "*"},
                           {"time_zone", "UTC"},
                           {"current", 4},
                           {"total", nullptr},
                           {"agents", 2},
                           {"untracked", 1}});
    caller_.accounts = "alpha,beta";
    expect("api/1/usage", {{"account", "*"},
                           {"time_zone", "UTC"},
                           {"current", 3},
                           {"total", 17},
                           {"agents", 2},
                           {"untracked", 1}});
    caller_.accounts = "beta";
    expect("api/1/usage", {{"account", "beta"},
                           {"time_zone", "UTC"},
                           {"current", 1},
                           {"total", 7},
                           {"agents", 1},
                           {"untracked", 0}});
    EXPECT_EQ(code_of(get("api/1/usage?account=")), "invalid_parameter");
    EXPECT_EQ(code_of(get("api/1/usage?day=2026-01-01")), "unknown_parameter");
}

TEST_F(OverviewTest, ASessionShowsItsInstances) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    tracker_.open_instance(handle_of(key), "Refund", "1", clock_.now());
    clock_.advance(60s);
    tracker_.open_instance(handle_of(key), "Address", "2", clock_.now());
    tracker_.open_instance(handle_of(key), "Refund", "1", clock_.now());

    const boost::json::object session = get_json("api/1/sessions/" + tracker::to_ref(key));

    EXPECT_EQ(session.at("agent").as_string(), "ada");
    EXPECT_EQ(session.at("instances").to_number<int>(), 2);
    EXPECT_EQ(session.at("requests").to_number<int>(), 1);
    EXPECT_EQ(session.at("open_instances"), (boost::json::array{
                                                {{"name", "Refund"},
                                                 {"opened", "2026-03-03T12:00:00.000Z"},
                                                 {"last_seen", "2026-03-03T12:01:00.000Z"}},
                                                {{"name", "Address"},
                                                 {"opened", "2026-03-03T12:01:00.000Z"},
                                                 {"last_seen", "2026-03-03T12:01:00.000Z"}},
                                            }));
}

TEST_F(OverviewTest, LastActivityOfAnInstanceIsToldInTheWholeSecondsOfItsSession) {
    clock_.jump_wall(tracker::Millis{900});
    const tracker::SessionKey key = begin();
    tracker_.open_instance(handle_of(key), "Refund", "1", clock_.now());
    const boost::json::object session = get_json("api/1/sessions/" + tracker::to_ref(key));
    EXPECT_EQ(session.at("last_seen").as_string(), "2026-03-03T12:00:01.000Z");
    EXPECT_EQ(session.at("open_instances").at(0).at("last_seen"), session.at("last_seen"));
}

TEST_F(OverviewTest, WhatIsNoRefIsNoSession) {
    const std::string ref = tracker::to_ref(begin());
    for (const std::string& wrong :
         {std::string(), std::string("x"), ref + "0", ref.substr(1), ref + "/", "%" + ref.substr(1),
          std::string(32, 'A'), std::string(32, '0'), std::string("../") + ref}) {
        EXPECT_EQ(code_of(get("api/1/sessions/" + wrong)), "session_not_found") << wrong;
    }
    EXPECT_EQ(code_of(get("api/1/sessions/" + ref + "?x=1")), "unknown_parameter");
    clock_.advance(31min);
    EXPECT_EQ(code_of(get("api/1/sessions/" + ref)), "session_not_found") << "it ran out";
}

TEST_F(OverviewTest, HealthIsGoodAtFirst) {
    const Response response = get("health");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    const boost::json::object health = json_of(response);
    EXPECT_EQ(health.at("status").as_string(), "ok");
    EXPECT_EQ(health.at("reasons").as_array().size(), 0u);
    EXPECT_EQ(health.at("figures").as_object().at("capacity").to_number<int>(), 2'000);
    EXPECT_EQ(health.at("figures").as_object().at("untracked").as_object().size(), tracker::kUntrackedCauses);
}

TEST_F(OverviewTest, HealthTellsFiguresOnlyToWhoSeesAllAccounts) {
    caller_.accounts = "alpha";
    EXPECT_FALSE(get_json("health").contains("figures"));
    caller_.accounts = "";
    EXPECT_FALSE(get_json("health").contains("figures"));
}

TEST(HealthTest, MissingKeysFail) {
    tracker::Tracker::Figures figures;
    figures.capacity = 10;
    figures.slots = 20;
    figures.free_blocks = 5;
    const Response failing = health_response(figures, {}, false, false, {});
    EXPECT_EQ(failing.status, 503);
    EXPECT_EQ(failing.body, R"({"status":"failing","reasons":["keys_missing"]})");
}

TEST(HealthTest, AFullTableFails) {
    tracker::Tracker::Figures figures;
    figures.capacity = 10;
    figures.slots = 20;
    figures.free_blocks = 5;
    figures.live = 9;
    figures.ended = 10;
    EXPECT_EQ(health_response(figures, {}, true, true, {}).status, 200);
    figures.ended = 11;
    EXPECT_EQ(health_response(figures, {}, true, true, {}).status, 503);
    figures.ended = 0;
    figures.live = 10;
    const Response full = health_response(figures, {}, true, false, {});
    EXPECT_EQ(full.status, 503);
    EXPECT_EQ(full.body, R"({"status":"failing","reasons":["table_full"]})");
    figures.free_blocks = 0;
    EXPECT_EQ(health_response(figures, {}, true, false, {}).body,
              R"({"status":"failing","reasons":["table_full","texts_full"]})");
}

}  // namespace
}  // namespace agent_sessions::admin
