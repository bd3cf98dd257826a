// The past as lists: every route, parameter and form of it, asked on a real nginx.
#include <ctime>
#include <functional>
#include <set>

#include "tests/e2e/support/history_test.h"

namespace agent_sessions::e2e {
namespace {

using boost::json::object;

std::string today() {
    const std::time_t now = std::time(nullptr);
    char text[16];
    std::strftime(text, sizeof(text), "%F", std::gmtime(&now));
    return text;
}

class HistoryLists : public HistoryTest {
  protected:
    // Five sessions: alice and bob in acme, of which alice's is ended by an admin; carol, a Guest and another
    // alice in globex. All of it is on disk.
    void live_a_day() {
        start();
        alice_ = begin("alice", "acme");
        begin("bob", "acme");
        begin("carol", "globex");
        begin("", "globex");
        begin("alice", "globex");
        admin().terminate({alice_}, "=SUM(1)");
        ASSERT_TRUE(wait_until([&] { return filtered("history?from=" + today() + "T00:00:00Z") == 5; }));
        ASSERT_TRUE(wait_until([&] { return filtered("ended") == 1; }));
    }
    std::string begin(const std::string& agent, const std::string& account) {
        Browser one = browser();
        return begin_session(one, agent, account);
    }
    std::int64_t filtered(const std::string& path) {
        return admin().read(path).at("filtered").to_number<std::int64_t>();
    }
    HttpResponse ask(const std::string& path, const std::string& accept = "") {
        HttpRequest request;
        request.target = "/admin/api/1/" + path;
        if (!accept.empty()) {
            request.headers.emplace_back("Accept", accept);
        }
        return admin().send(request);
    }
    // The values of one member over all pages of two rows each.
    std::vector<std::string> walk(const std::string& path, const char* rows, const char* member) {
        std::vector<std::string> values;
        for (std::string page = path; !page.empty();) {
            const object answer =
                admin().read(page + (page.find('?') == std::string::npos ? "?" : "&") + "limit=2");
            for (const boost::json::value& row : answer.at(rows).as_array()) {
                values.push_back(boost::json::serialize(row.at(member)));
            }
            const boost::json::value& next = answer.at("next");
            page = next.is_null() ? ""
                                  : path + (path.find('?') == std::string::npos ? "?" : "&") +
                                        "cursor=" + std::string(next.as_string());
        }
        return values;
    }

    std::string alice_;
};

TEST_F(HistoryLists, EveryListIsCsvByItsPathAndByAccept) {
    live_a_day();
    const std::map<std::string, std::string> routes = {
        {"accounts", ""},
        {"sessions", ""},
        {"usage", ""},
        {"usage/minutes", "?day=" + today() + "&account=acme"},
        {"usage/peak", "?date=" + today() + "&account=acme"},
        {"history", ""},
        {"ended", ""},
        {"audit", ""},
    };
    for (const auto& [route, query] : routes) {
        for (const HttpResponse& response : {ask(route + ".csv" + query), ask(route + query, "text/csv")}) {
            EXPECT_EQ(response.status, 200) << route;
            EXPECT_EQ(response.header("Content-Type"), "text/csv; charset=utf-8; header=present") << route;
            EXPECT_NE(response.body.find("\r\n"), std::string::npos) << route;
            EXPECT_EQ(response.body.find('{'), std::string::npos) << route << ": " << response.body;
        }
        EXPECT_EQ(ask(route + query, "application/json")
                      .header("Content-Type")
                      .value_or("")
                      .rfind("application/json", 0),
                  0u)
            << route;
    }
}

TEST_F(HistoryLists, NoCellOfThePastIsAFormula) {
    live_a_day();
    EXPECT_NE(ask("ended.csv").body.find("'=SUM(1)"), std::string::npos) << "the words to the agent";
    EXPECT_NE(ask("audit.csv").body.find("'=SUM(1)"), std::string::npos);
}

TEST_F(HistoryLists, PagesHaveEveryRowOnce) {
    live_a_day();
    const std::string from = "?from=" + today() + "T00:00:00Z";
    const std::map<std::string, std::size_t> counts = {
        {"history" + from, 5}, {"history", 4}, {"usage/peak?date=" + today(), 5}};
    for (const auto& [path, count] : counts) {
        const auto values = walk(path, "sessions", "ref");
        EXPECT_EQ(values.size(), count) << path;
        EXPECT_EQ(std::set<std::string>(values.begin(), values.end()).size(), values.size()) << path;
    }
    for (const std::string& ref : admin().all_refs("", 100)) {
        admin().terminate({ref});
    }
    ASSERT_TRUE(wait_until([&] { return filtered("ended") == 5 && filtered("audit") == 5; }));
    EXPECT_EQ(walk("ended", "sessions", "ref").size(), 5u);
    const auto acts = walk("audit", "entries", "id");
    EXPECT_EQ(acts.size(), 5u);
    EXPECT_EQ(std::set<std::string>(acts.begin(), acts.end()).size(), acts.size());
}

TEST_F(HistoryLists, APageOfAFileThatIsNotTheLastTellsTheNext) {
    live_a_day();
    const HttpResponse first = ask("history.csv?limit=2");
    EXPECT_NE(first.header("Link").value_or("").find("rel=\"next\""), std::string::npos);
    EXPECT_FALSE(ask("history.csv?limit=500").header("Link"));
}

TEST_F(HistoryLists, TheyAreFilteredByEachParameter) {
    live_a_day();
    const std::string from = "from=" + today() + "T00:00:00Z";
    const std::map<std::string, int> counts = {
        {"history", 4},
        {"history?" + from, 5},
        {"history?at=2001-01-01T00:00:00Z", 0},
        {"history?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z", 0},
        {"history?agent=alice", 1},
        {"history?agent=alice&" + from, 2},
        {"history?agent=", 1},
        {"history?account=acme", 1},
        {"history?account=globex&agent=carol", 1},
        {"ended?account=acme", 1},
        {"ended?account=globex", 0},
        {"ended?agent=alice", 1},
        {"ended?agent=bob", 0},
        {"ended?reason=administrator", 1},
        {"ended?reason=idle", 0},
        {"ended?by=supervisor", 1},
        {"ended?by=nobody", 0},
        {"ended?to=2001-01-01T00:00:00Z", 0},
        {"ended?" + from, 1},
        {"audit?user=supervisor", 1},
        {"audit?user=nobody", 0},
        {"audit?user=", 0},
        {"audit?action=terminate", 1},
        {"audit?action=erase", 0},
        {"audit?" + from, 1},
        {"audit?to=2001-01-01T00:00:00Z", 0},
    };
    for (const auto& [path, count] : counts) {
        EXPECT_EQ(filtered(path), count) << path;
    }
}

TEST_F(HistoryLists, WhatIsNotUnderstoodIsRefused) {
    live_a_day();
    for (const char* path :
         {"history?at=yesterday", "history?at=2026-03-03T14:05:00Z&from=2026-03-03T14:05:00Z",
          "history?limit=0", "history?limit=501", "ended?reason=anger", "audit?action=foo",
          "usage?from=2026-02-30", "usage?from=2020-01-01&to=2026-01-01", "usage/minutes",
          "usage/minutes?day=now", "usage/peak"}) {
        EXPECT_EQ(admin().get(path).status, 400) << path;
    }
    expect_problem(admin().get("history?cursor=nonsense"), 400, "invalid_cursor");
    expect_problem(admin().get("ended?at=2026-03-03T14:05:00Z"), 400, "unknown_parameter");
    expect_problem(admin().get("history?account=initech"), 404, "account_not_found");
}

TEST_F(HistoryLists, AnyDatesMayBeAskedFor) {
    live_a_day();
    const object month = admin().read("usage?from=2026-03-01&to=2026-03-31");
    EXPECT_EQ(month.at("days").as_array().size(), 31u);
    const object day = admin().read("usage?account=globex&from=" + today() + "&to=" + today());
    ASSERT_EQ(day.at("days").as_array().size(), 1u);
    EXPECT_EQ(day.at("days").at(0).at("max").to_number<int>(), 3);
    EXPECT_EQ(day.at("days").at(0).at("agents").to_number<int>(), 2) << "the Guest counts, and has no name";
}

// A burst that is over before anybody could look is in the maximum; that of all accounts is of one instant.
TEST_F(HistoryLists, TheMaximumOfAllIsNotTheSumOfTheMaxima) {
    start();
    const std::vector<std::string> burst = {begin("alice", "acme"), begin("", "acme"), begin("bob", "acme")};
    admin().terminate(burst);
    begin("carol", "globex");
    begin("", "globex");
    EXPECT_EQ(admin().read("usage?account=acme").at("daily_max").to_number<int>(), 3);
    EXPECT_EQ(admin().read("usage?account=globex").at("daily_max").to_number<int>(), 2);
    EXPECT_EQ(admin().read("usage").at("daily_max").to_number<int>(), 3);
    ASSERT_TRUE(wait_until([&] { return filtered("ended") == 3; }));
    const object peak = admin().read("usage/peak?date=" + today());
    EXPECT_EQ(peak.at("max").to_number<int>(), 3);
    for (const boost::json::value& session : peak.at("sessions").as_array()) {
        EXPECT_EQ(session.at("account"), "acme");
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
