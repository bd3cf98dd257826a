// What is kept of a person, from the directive into the database.
#include "tests/e2e/support/history_test.h"

namespace agent_sessions::e2e {
namespace {

class Record : public HistoryTest {
  protected:
    // A session of alice, named and labelled, begun with this directive and on disk.
    void record(const std::string& parameters) {
        config.set("agent_sessions_record", parameters);
        start();
        Browser alice = browser();
        HttpRequest request = navigation("/app");
        request.without("User-Agent").with("User-Agent", "Firefox/1").with("X-Test-Label", "billing");
        alice.send(request);
        ref_ = ref_of(alice.send(request.with("X-Test-Login", "alice")));
        ASSERT_TRUE(wait_until([&] { return history.number("SELECT count(*) FROM session") == 1; }));
    }
    bool has(const std::string& column) {
        return history.number("SELECT count(*) FROM session WHERE " + column + " IS NOT NULL") == 1;
    }
    bool lists(const char* member) { return !admin().row(ref_)->at(member).is_null(); }

    std::string ref_;
};

TEST_F(Record, EverythingByDefault) {
    record("");
    EXPECT_TRUE(has("agent"));
    EXPECT_TRUE(has("address"));
    EXPECT_TRUE(has("user_agent"));
    EXPECT_TRUE(has("label"));
    EXPECT_TRUE(lists("address"));
    EXPECT_EQ(history.number("SELECT recorded FROM session"), 1);
}

TEST_F(Record, OffKeepsNothingOfAPerson) {
    record("off");
    for (const char* column : {"agent", "address", "user_agent", "label", "logged_in_at"}) {
        EXPECT_FALSE(has(column)) << column;
    }
    EXPECT_FALSE(lists("address"));
    EXPECT_FALSE(lists("user_agent"));
    EXPECT_EQ(history.number("SELECT recorded FROM session"), 0);
    EXPECT_EQ(admin().read("usage").at("daily_max").to_number<int>(), 1) << "it counts";
    admin().terminate({ref_});
    ASSERT_TRUE(
        wait_until([&] { return history.number("SELECT count(*) FROM session WHERE reason = 1") == 1; }));
    EXPECT_FALSE(has("agent")) << "nor at its end";
}

TEST_F(Record, HistoryAloneKeepsTheNameOnly) {
    record("history");
    EXPECT_TRUE(has("label"));
    EXPECT_FALSE(has("address"));
    EXPECT_FALSE(has("user_agent"));
}

TEST_F(Record, AddressIsListedButWithoutHistoryNotStored) {
    record("address");
    EXPECT_TRUE(lists("address"));
    EXPECT_FALSE(lists("user_agent"));
    EXPECT_FALSE(has("address"));
    EXPECT_FALSE(has("label"));
}

TEST_F(Record, UserAgentIsStoredWithoutTheAddress) {
    record("user_agent history");
    EXPECT_TRUE(has("user_agent"));
    EXPECT_FALSE(has("address"));
}

TEST_F(Record, AfterTheLossOfTheSegmentItIsStillNobodys) {
    record("off");
    server.quit();
    lose_segment();
    start();
    ASSERT_TRUE(admin().row(ref_));
    admin().terminate({ref_});
    ASSERT_TRUE(
        wait_until([&] { return history.number("SELECT count(*) FROM session WHERE reason = 1") == 1; }));
    EXPECT_FALSE(has("agent"));
    EXPECT_EQ(history.number("SELECT recorded FROM session"), 0);
}

}  // namespace
}  // namespace agent_sessions::e2e
