// An agent's name is erased through the API, and then looked for in every file of a real nginx.
#include <filesystem>

#include "tests/e2e/support/files.h"
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kName = "anna.schmidt";

class Erase : public GatewayTest {
  protected:
    // The files of the segment and of the history that hold this text.
    std::vector<std::string> files_with(const std::string& text) const {
        std::vector<std::string> names;
        for (const char* directory : {"run", "state"}) {
            for (const auto& entry :
                 std::filesystem::recursive_directory_iterator(server.prefix() / directory)) {
                if (entry.is_regular_file() && read_file(entry.path()).find(text) != std::string::npos) {
                    names.push_back(entry.path().filename());
                }
            }
        }
        return names;
    }

    HttpResponse erase(const std::string& body, const std::string& accounts = "*",
                       const std::string& role = "admin") {
        return admin(accounts, role).post("erase", body);
    }
};

TEST_F(Erase, TheNameIsInNoFileOfTheSegmentOrTheHistory) {
    start();
    Browser gone = browser();
    const std::string ended = begin_session(gone, kName);
    ASSERT_EQ(admin().terminate({ended}, "Bye, anna.schmidt!"), std::vector<std::string>{"terminated"});
    Browser live = browser();
    const std::string ref = begin_session(live, kName);
    Browser bob = browser();
    begin_session(bob, "bob");
    EXPECT_EQ(
        admin().post("sessions/terminate", R"({"filter": {"agent": "anna.schmidt"}, "expected": 7})").status,
        409);
    ASSERT_TRUE(wait_until([&] { return !files_with(kName).empty(); }));
    const std::int64_t current = admin().current();

    const HttpResponse response = erase(R"({"agent": "anna.schmidt"})");
    ASSERT_EQ(response.status, 200) << response.body;
    const std::string pseudonym = text_of(parse_object(response), "pseudonym");
    EXPECT_TRUE(wait_until([&] { return files_with("schmidt").empty(); }))
        << ::testing::PrintToString(files_with("schmidt"));
    EXPECT_FALSE(files_with(pseudonym).empty());

    EXPECT_EQ(admin().current(), current);
    EXPECT_EQ(text_of(*admin().row(ref), "agent"), pseudonym);
    EXPECT_TRUE(admin().row(ref)->at("address").is_null());
    EXPECT_EQ(admin().read("ended?agent=" + pseudonym).at("filtered").to_number<int>(), 1);
    EXPECT_EQ(text_of(admin().read("ended").at("sessions").at(0).as_object(), "message"),
              "Bye, " + pseudonym + "!");
    const boost::json::object act = admin().read("audit?action=erase").at("entries").at(0).as_object();
    EXPECT_EQ(text_of(act, "user"), "supervisor");
    EXPECT_EQ(text_of(act, "agent"), pseudonym);
    for (const char* path : {"audit", "history?from=2000-01-01T00:00:00Z", "ended", "sessions"}) {
        EXPECT_EQ(admin().get(path).body.find("schmidt"), std::string::npos) << path;
    }

    server.quit();
    EXPECT_TRUE(files_with("schmidt").empty()) << "what is written at the exit";
    start();
    EXPECT_EQ(text_of(*admin().row(ref), "agent"), pseudonym);
}

TEST_F(Erase, AnAdminOfOneAccountErasesNothingOfAnother) {
    config.set("agent_sessions_account", "$arg_account");
    start();
    for (const char* account : {"acme", "other"}) {
        Browser anna = browser();
        const std::string target = std::string("/page?login=anna.schmidt&account=") + account;
        anna.send(navigation(target));
        anna.send(navigation(target));
    }
    expect_problem(erase(R"({"agent": "anna.schmidt", "account": "other"})", "acme"), 404,
                   "account_not_found");
    expect_problem(erase(R"({"agent": "anna.schmidt"})", "acme", "operator"), 403, "role_insufficient");
    EXPECT_EQ(erase(R"({"agent": "anna.schmidt"})", "acme").status, 200);
    EXPECT_EQ(admin("acme").list("agent=anna.schmidt").size(), 0u);
    EXPECT_EQ(admin("other").list("agent=anna.schmidt").size(), 1u);
    EXPECT_TRUE(wait_until([&] {
        return admin().read("audit?action=erase").at("filtered").to_number<int>() == 3;
    })) << "both refused attempts and the erasure";
}

}  // namespace
}  // namespace agent_sessions::e2e
