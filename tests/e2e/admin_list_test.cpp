// Sorting, filtering and paging of the list (PRODUCT 2, ARCHITECTURE 7; issue 2, point 5).
#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class AdminList : public GatewayTest {
  protected:
    // The values of one field, row by row, as text that sorts as the field does; a Guest as "Guest", letters
    // without their case.
    std::vector<std::string> column(const std::string& query, const char* field) {
        std::vector<std::string> values;
        for (const auto& row : admin().list(query)) {
            const boost::json::value& value = row.at(field);
            if (value.is_null()) {
                values.emplace_back("guest");
            } else if (value.is_string()) {
                std::string text(value.as_string());
                std::transform(text.begin(), text.end(), text.begin(),
                               [](unsigned char letter) { return std::tolower(letter); });
                values.push_back(text);
            } else {
                const std::string digits = boost::json::serialize(value);
                values.push_back(std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits);
            }
        }
        return values;
    }

    // Twelve sessions of which each column has equal values.
    void begin_with_ties() {
        for (int number = 0; number < 12; ++number) {
            Browser agent = browser();
            HttpRequest request = navigation("/app");
            request.with("X-Test-Account", number % 2 == 0 ? "acme" : "globex")
                .with("X-Test-Label", "team" + std::to_string(number % 3))
                .with("User-Agent", "Browser/" + std::to_string(number % 4));
            if (number % 4 != 0) {
                request.with("X-Test-Login", "agent" + std::to_string(number % 4));
            }
            agent.send(request);
            agent.send(request);
            for (int instance = 0; instance < number % 3; ++instance) {
                request.target = "/flow?interaction=Flow" + std::to_string(instance);
                agent.send(request);
            }
        }
    }
};

TEST_F(AdminList, SortsByEveryColumnBothWaysWithTiesByRef) {
    start();
    begin_with_ties();
    const std::size_t all = admin().list().size();
    EXPECT_EQ(all, 12U);
    for (const char* key : {"agent", "started", "instances", "last_seen", "account", "label", "address",
                            "user_agent", "state"}) {
        const auto up = column("sort=" + std::string(key), key);
        EXPECT_EQ(up.size(), all) << key;
        EXPECT_TRUE(std::is_sorted(up.begin(), up.end())) << key;
        const auto down = column("sort=-" + std::string(key), key);
        EXPECT_TRUE(std::is_sorted(down.rbegin(), down.rend())) << key;
        // Ties stand in an order that does not depend on the page.
        for (const char* direction : {"", "-"}) {
            const std::string query = "sort=" + std::string(direction) + key;
            const auto whole = admin().all_refs(query, 500);
            for (const std::size_t limit : {1U, 3U, 5U, 12U}) {
                EXPECT_EQ(admin().all_refs(query, limit), whole) << query << " by " << limit;
            }
        }
        const auto refs_up = column("sort=" + std::string(key), "ref");
        for (std::size_t index = 1; index < up.size(); ++index) {
            if (up[index] == up[index - 1]) {
                EXPECT_LT(refs_up[index - 1], refs_up[index]) << "ties by ref, column " << key;
            }
        }
    }
    EXPECT_EQ(admin().all_refs("", 500), admin().all_refs("sort=-started", 500)) << "newest first by itself";
}

TEST_F(AdminList, RefusesToSortByOpenInteractions) {
    start();
    for (const char* key : {"interactions", "-interactions"}) {
        const HttpResponse response = admin().get("sessions?sort=" + std::string(key));
        expect_problem(response, 400, "sort_not_supported");
    }
}

TEST_F(AdminList, FiltersBeforeItPages) {
    start();
    begin_with_ties();
    EXPECT_EQ(admin().list("agent=agent1").size(), 3U);
    EXPECT_EQ(admin().list("account=acme").size(), 6U);
    EXPECT_EQ(admin().list("label=team1").size(), 4U);
    EXPECT_EQ(admin().list("interaction=Flow1").size(), 4U);
    EXPECT_EQ(admin().list("q=AGENT1").size(), 3U) << "a search ignores case";
    EXPECT_EQ(admin().list("multiple=1").size(), 9U) << "agents with more than one session";
    EXPECT_EQ(admin().list("agent=agent1&label=team1").size(),
              admin().list("label=team1&agent=agent1").size());
    EXPECT_TRUE(admin().list("idle_gt=3600").empty());
    const boost::json::object page = admin().read("sessions?agent=agent1&limit=2");
    EXPECT_EQ(page.at("total").to_number<int>(), 12);
    EXPECT_EQ(page.at("filtered").to_number<int>(), 3);
    EXPECT_EQ(page.at("sessions").as_array().size(), 2U);
    EXPECT_TRUE(page.at("next").is_string());
}

TEST_F(AdminList, PagesEndExactlyWhereTheListEnds) {
    start();
    constexpr std::size_t kPage = 7;
    std::vector<std::string> refs;
    for (const std::size_t size : {kPage, kPage + 1, 2 * kPage}) {
        const auto more = begin_sessions(size - refs.size(), "agent" + std::to_string(size));
        refs.insert(refs.end(), more.begin(), more.end());
        const boost::json::object first = admin().read("sessions?limit=" + std::to_string(kPage));
        EXPECT_EQ(first.at("sessions").as_array().size(), kPage);
        EXPECT_EQ(first.at("next").is_null(), size == kPage) << size;
        auto paged = admin().all_refs("", kPage);
        EXPECT_EQ(paged.size(), size);
        EXPECT_EQ(std::set<std::string>(paged.begin(), paged.end()),
                  std::set<std::string>(refs.begin(), refs.end()));
    }
}

TEST_F(AdminList, TheCursorIsSafeInAUrl) {
    start();
    begin_sessions(5, "agent");
    for (const char* key : {"started", "agent", "last_seen", "user_agent"}) {
        const std::string next = text_of(admin().read("sessions?limit=2&sort=" + std::string(key)), "next");
        EXPECT_NE(next, "");
        EXPECT_EQ(
            next.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"),
            std::string::npos)
            << next;
    }
}

TEST_F(AdminList, WhileSessionsComeAndGoEachThatStaysAppearsOnce) {
    start();
    for (const std::size_t size : {50U, 51U, 100U}) {
        const std::vector<std::string> staying = begin_sessions(size, "staying" + std::to_string(size) + "-");
        std::atomic<bool> stop{false};
        std::thread churn([&] {
            AdminClient supervisor = admin();
            std::vector<std::string> going = begin_sessions(10, "going");
            while (!stop) {
                EXPECT_EQ(supervisor.terminate({going.front()}), std::vector<std::string>{"terminated"});
                going.erase(going.begin());
                const auto come = begin_sessions(1, "going");
                going.push_back(come.front());
            }
            supervisor.terminate(going);
        });
        for (const char* query : {"sort=started", "sort=-started", "sort=agent", "sort=-agent",
                                  "sort=account", "sort=instances", "sort=-label", "q=staying"}) {
            std::map<std::string, int> times;
            for (const std::string& ref : admin().all_refs(query, 25)) {
                ++times[ref];
            }
            for (const std::string& ref : staying) {
                EXPECT_EQ(times[ref], 1) << query << " over " << size;
            }
            for (const auto& [ref, count] : times) {
                EXPECT_EQ(count, std::min(count, 1)) << "no row twice: " << query;
            }
        }
        stop = true;
        churn.join();
        EXPECT_EQ(admin().current(), static_cast<std::int64_t>(admin().list().size()))
            << "the count is the list's";
        admin().terminate(staying);
    }
}

TEST_F(AdminList, ManyRowsAreListedWithoutHoldingUpTheWorker) {
    config.capacity = "10000";
    start();
    begin_sessions(3000, "agent");
    const auto refs = admin().all_refs("sort=agent", 500);
    EXPECT_EQ(refs.size(), 3000U);
    EXPECT_EQ(std::set<std::string>(refs.begin(), refs.end()).size(), 3000U);
}

TEST_F(AdminList, AnEmptyListIsAList) {
    start();
    const boost::json::object list = admin().read("sessions");
    EXPECT_TRUE(list.at("sessions").as_array().empty());
    EXPECT_EQ(list.at("total").to_number<int>(), 0);
    EXPECT_TRUE(list.at("next").is_null());
}

TEST_F(AdminList, UsageTellsCurrentAndTotal) {
    config.http = "    agent_sessions_license default 2 timezone=Asia/Tokyo;\n";
    start();
    begin_sessions(3, "agent");
    const boost::json::object usage = admin("default", "viewer").read("usage");
    for (const char* field : {"account", "time_zone", "current", "total", "agents", "untracked"}) {
        EXPECT_TRUE(usage.contains(field)) << field;
    }
    EXPECT_EQ(usage.at("current").to_number<int>(), 3) << "monitor refuses nobody";
    EXPECT_EQ(usage.at("total").to_number<int>(), 2);
    EXPECT_EQ(usage.at("agents").to_number<int>(), 3);
    EXPECT_EQ(text_of(usage, "time_zone"), "Asia/Tokyo");
    const auto rows = admin().list();
    EXPECT_EQ(text_of(rows[0], "time_zone"), "Asia/Tokyo");
    Browser stranger = browser();
    begin_session(stranger, "other", "unlicensed");
    EXPECT_TRUE(admin("unlicensed", "viewer").read("usage").at("total").is_null());
}

}  // namespace
}  // namespace agent_sessions::e2e
