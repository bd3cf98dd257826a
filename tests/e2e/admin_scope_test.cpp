// Who may see and end what (PRODUCT 1 and 2, ARCHITECTURE 6 and 7; issue 2, point 4).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class AdminScope : public GatewayTest {
  protected:
    void SetUp() override {
        config.http =
            "    agent_sessions_license acme 5 timezone=Europe/Paris;\n"
            "    agent_sessions_license globex 3;\n";
        start();
        alice_ref_ = begin_session(alice_, "alice", "acme");
        bob_ref_ = begin_session(bob_, "bob", "globex");
        begin_session(carol_, "carol", "globex");
    }

    HttpResponse terminate_answer(AdminClient client, const std::string& body) {
        return client.post("sessions/terminate", body);
    }

    HttpRequest change(const std::string& body) {
        HttpRequest request;
        request.method = "POST";
        request.target = "/admin/api/1/sessions/terminate";
        request.body = body;
        return request.with("Content-Type", "application/json");
    }

    Browser alice_ = browser();
    Browser bob_ = browser();
    Browser carol_ = browser();
    std::string alice_ref_;
    std::string bob_ref_;
};

TEST_F(AdminScope, AnAdminOfOneAccountSeesCountsAndSearchesOnlyIt) {
    AdminClient acme = admin("acme", "operator");
    const auto rows = acme.list();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(text_of(rows[0], "ref"), alice_ref_);
    const boost::json::object list = acme.read("sessions");
    EXPECT_EQ(list.at("total").to_number<int>(), 1);
    EXPECT_EQ(list.at("filtered").to_number<int>(), 1);
    EXPECT_TRUE(acme.list("q=bob").empty());
    EXPECT_TRUE(acme.list("agent=bob").empty());
    EXPECT_TRUE(acme.list("q=globex").empty());
    EXPECT_EQ(acme.current(), 1);
    const boost::json::object usage = acme.read("usage");
    EXPECT_EQ(usage.at("total").to_number<int>(), 5);
    const std::string accounts = boost::json::serialize(acme.read("accounts"));
    EXPECT_NE(accounts.find("acme"), std::string::npos);
    EXPECT_EQ(accounts.find("globex"), std::string::npos);
}

TEST_F(AdminScope, AnotherAccountsRefAnswersExactlyLikeAMissingOne) {
    AdminClient acme = admin("acme", "admin");
    const std::string nobody(32, 'a');
    const auto without_names = [](HttpResponse response, const std::string& ref) {
        std::string text = std::to_string(response.status) + response.body;
        for (auto at = text.find(ref); at != std::string::npos; at = text.find(ref)) {
            text.replace(at, ref.size(), "REF");
        }
        const auto request_id = text.find("\"request_id\"");
        return text.substr(0, request_id);
    };
    EXPECT_EQ(acme.get("sessions/" + bob_ref_).status, 404);
    EXPECT_EQ(without_names(acme.get("sessions/" + bob_ref_), bob_ref_),
              without_names(acme.get("sessions/" + nobody), nobody));
    EXPECT_EQ(without_names(acme.remove(bob_ref_), bob_ref_), without_names(acme.remove(nobody), nobody));
    EXPECT_EQ(acme.remove(bob_ref_).status, 404);
    EXPECT_EQ(acme.terminate({bob_ref_, nobody}), (std::vector<std::string>{"not_found", "not_found"}));
    EXPECT_EQ(status_of(bob_.send(navigation("/app"))), "ACTIVE");
    // The same once it has ended: no "already_gone" either.
    admin("globex", "operator").terminate({bob_ref_});
    EXPECT_EQ(acme.terminate({bob_ref_}), std::vector<std::string>{"not_found"});
}

TEST_F(AdminScope, AskingForAnotherAccountByNameFindsNothing) {
    AdminClient acme = admin("acme", "admin");
    EXPECT_EQ(acme.get("usage?account=globex").status, 404);
    EXPECT_EQ(acme.get("usage?account=nobody").status, 404);
    const HttpResponse list = acme.get("sessions?account=globex");
    EXPECT_EQ(list.body.find("bob"), std::string::npos);
    EXPECT_EQ(acme.get("usage?account=*").body.find("\"current\":3"), std::string::npos);
}

TEST_F(AdminScope, AllAndFiltersEndOnlyInScope) {
    const HttpResponse all = terminate_answer(admin("acme", "admin"), R"({"all":true})");
    EXPECT_EQ(all.status, 200) << all.body;
    EXPECT_TRUE(is_message_page(alice_.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(bob_.send(navigation("/app"))));
    EXPECT_TRUE(is_from_application(carol_.send(navigation("/app"))));
    EXPECT_EQ(admin().current(), 2);
}

TEST_F(AdminScope, AListOfAccountsAndTheStarCoverTheirSum) {
    EXPECT_EQ(admin("acme,globex", "viewer").list().size(), 3U);
    EXPECT_EQ(admin("acme, globex", "viewer").current(), 3);
    EXPECT_EQ(admin("globex", "viewer").current(), 2);
    EXPECT_EQ(admin("*", "viewer").current(), 3);
    EXPECT_EQ(admin("*", "viewer").read("usage").at("total").to_number<int>(), 8);
    EXPECT_EQ(admin("*", "viewer").current("account=globex"), 2);
    EXPECT_EQ(admin("*").list("account=acme").size(), 1U);
    EXPECT_EQ(text_of(admin("*").row(alice_ref_).value(), "time_zone"), "Europe/Paris");
}

TEST_F(AdminScope, ARoleOrAccountThatIsNotGivenIsRefused) {
    for (const char* path : {"", "sessions", "usage", "accounts"}) {
        expect_problem(admin("", "admin").get(path), 403, "account_missing");
        expect_problem(admin("*", "").get(path), 403, "role_missing");
        expect_problem(admin("*", "superuser").get(path), 403, "role_missing");
        expect_problem(admin("*", "Admin").get(path), 403, "role_missing");
    }
    EXPECT_NE(server.error_log().find("agent_sessions_admin_account"), std::string::npos)
        << "the log names it";
    EXPECT_NE(server.error_log().find("agent_sessions_admin_role"), std::string::npos);
    HttpRequest page = navigation("/admin/");
    EXPECT_EQ(admin("", "admin").send(page).status, 403);
}

TEST_F(AdminScope, RolesMayWhatTheyMay) {
    const std::string one = R"({"refs":[")" + alice_ref_ + R"("]})";
    expect_problem(terminate_answer(admin("*", "viewer"), one), 403, "role_insufficient");
    EXPECT_EQ(admin("*", "viewer").remove(alice_ref_).status, 403);
    expect_problem(terminate_answer(admin("*", "operator"), R"({"all":true})"), 403, "role_insufficient");
    EXPECT_EQ(admin().current(), 3);
    EXPECT_EQ(terminate_answer(admin("*", "operator"), one).status, 200);
    EXPECT_EQ(terminate_answer(admin("*", "admin"), R"({"all":true})").status, 200);
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(AdminScope, TheEntryTellsWhoAsks) {
    const boost::json::object entry = admin("acme", "operator").read("");
    const std::string text = boost::json::serialize(entry);
    for (const char* word : {"supervisor", "operator", "acme", "write"}) {
        EXPECT_NE(text.find(word), std::string::npos) << word << " in " << text;
    }
}

TEST_F(AdminScope, AReadOnlyEndpointChangesNothing) {
    config.admin = "";
    reload();
    expect_problem(terminate_answer(admin(), R"({"all":true})"), 403, "read_only");
    EXPECT_EQ(admin().remove(alice_ref_).status, 403);
    EXPECT_EQ(admin().current(), 3);
    config.admin = "write=off";
    reload();
    expect_problem(terminate_answer(admin(), R"({"all":true})"), 403, "read_only");
}

TEST_F(AdminScope, ChangesFromOtherSitesAreRefused) {
    const std::string host = "127.0.0.1:" + std::to_string(config.port);
    const std::string body = R"({"refs":[]})";
    const auto answer = [&](HttpRequest request) { return admin().send(std::move(request)).status; };
    EXPECT_EQ(answer(change(body).with("Sec-Fetch-Site", "cross-site")), 403);
    EXPECT_EQ(answer(change(body).with("Sec-Fetch-Site", "same-site")), 403);
    EXPECT_EQ(answer(change(body).with("Sec-Fetch-Site", "none")), 403);
    EXPECT_EQ(answer(change(body).with("Origin", "https://elsewhere.example")), 403);
    EXPECT_EQ(answer(change(body).with("Origin", "null")), 403);
    EXPECT_EQ(answer(change(body).with("Origin", "http://127.0.0.1:1")), 403);
    EXPECT_EQ(answer(change(body).with("Sec-Fetch-Site", "cross-site").with("Origin", "http://" + host)),
              403);
    const std::string good = R"({"refs":[")" + alice_ref_ + R"("]})";
    EXPECT_EQ(answer(change(good).with("Sec-Fetch-Site", "same-origin")), 200);
    EXPECT_EQ(answer(change(good).with("Origin", "http://" + host)), 200);
    EXPECT_EQ(answer(change(good).with("Origin", "https://" + host)), 200) << "a balancer may end TLS";
    EXPECT_EQ(answer(change(good)), 200) << "curl";
}

TEST_F(AdminScope, GetNeverChangesAnythingAndOtherMethodsAreRefused) {
    HttpRequest get;
    get.target = "/admin/api/1/sessions/terminate";
    EXPECT_GE(admin().send(get).status, 400);
    HttpRequest head;
    head.method = "HEAD";
    head.target = "/admin/api/1/sessions/" + alice_ref_;
    const long status = admin().send(head).status;
    EXPECT_TRUE(status == 200 || status == 405) << status;
    for (const char* method : {"PUT", "PATCH", "POST"}) {
        HttpRequest request;
        request.method = method;
        request.target = "/admin/api/1/sessions";
        request.body = "{}";
        request.with("Content-Type", "application/json");
        const HttpResponse response = admin().send(request);
        EXPECT_EQ(response.status, 405) << method;
        EXPECT_NE(response.header("Allow").value_or("").find("GET"), std::string::npos) << method;
    }
    EXPECT_EQ(admin().current(), 3);
}

TEST_F(AdminScope, AnswersAreNeverStoredNorSniffedNorShared) {
    for (const char* target : {"/admin/", "/admin/api/1/sessions", "/admin/api/1/nothing"}) {
        HttpRequest request = navigation(target);
        request.with("Origin", "https://elsewhere.example");
        const HttpResponse response = admin().send(request);
        EXPECT_NE(response.header("Cache-Control").value_or("").find("no-"), std::string::npos) << target;
        EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff") << target;
        EXPECT_FALSE(response.header("Access-Control-Allow-Origin")) << target;
    }
    const HttpResponse page = admin().send(navigation("/admin/"));
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("<title>Active Agents</title>"), std::string::npos);
    const std::string policy = page.header("Content-Security-Policy").value_or("");
    for (const char* rule :
         {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
          "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}) {
        EXPECT_NE(policy.find(rule), std::string::npos) << rule;
    }
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
}

}  // namespace
}  // namespace agent_sessions::e2e
