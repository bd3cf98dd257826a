// Current, the list's total, its rows and a recount of the table are one number, whatever goes on (PRODUCT
// 3).

#include <atomic>
#include <set>
#include <thread>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/mapped_segment.h"

namespace agent_sessions::e2e {
namespace {

class Counting : public GatewayTest {
  protected:
    Counting() {
        config.locations = "location /short/ { agent_sessions_timeout 2s; proxy_pass http://application; }";
    }

    static std::int64_t number(const boost::json::object& object, const char* name) {
        return object.at(name).to_number<std::int64_t>();
    }

    // Every way in which the API tells how many there are, one after the other.
    std::vector<std::int64_t> counts(const std::string& query = "") {
        AdminClient client = admin();
        const boost::json::object list =
            client.read("sessions?limit=500" + (query.empty() ? "" : "&" + query));
        std::vector<std::int64_t> counts{
            number(client.read("usage" + (query.empty() ? "" : "?" + query)), "current"),
            number(list, "total"),
            number(list, "filtered"),
            static_cast<std::int64_t>(list.at("sessions").as_array().size()),
        };
        std::int64_t accounts = 0;
        const boost::json::object all = client.read("accounts");
        for (const boost::json::value& account : all.at("accounts").as_array()) {
            if (query.empty() || query == "account=" + text_of(account.as_object(), "name")) {
                accounts += number(account.as_object(), "current");
            }
        }
        counts.push_back(accounts);
        return counts;
    }

    void expect_agreement(std::int64_t live) {
        EXPECT_EQ(counts(), std::vector<std::int64_t>(5, live));
        HttpRequest health;
        health.target = "/admin/health";
        EXPECT_EQ(number(parse_object(admin().send(health)).at("figures").as_object(), "live"), live);
        const MappedSegment segment(server.prefix() / "run/floor.segment");
        EXPECT_EQ(segment.tracker().validate(), std::vector<std::string>{});
        EXPECT_TRUE(wait_until([&] { return number(admin().read("history"), "filtered") == live; }))
            << "who is on, from the history";
    }
};

// While sessions only begin no later look may show fewer than an earlier one, whichever of the two is asked
// and whichever worker answers; while they only end none may show more.
TEST_F(Counting, CurrentAndTotalAreOneNumberAtEveryInstant) {
    start();
    std::vector<std::string> refs;
    std::atomic<bool> done{false};
    std::thread changes([&] {
        refs = begin_sessions(120, "agent");
        done = true;
    });
    const auto watch = [&](bool rises) {
        std::int64_t before = rises ? 0 : 120;
        do {
            for (const std::int64_t now :
                 {admin().current(), number(admin().read("sessions?limit=1"), "total"), admin().current()}) {
                EXPECT_TRUE(rises ? now >= before : now <= before) << before << ", then " << now;
                before = now;
            }
        } while (!done);
    };
    watch(true);
    changes.join();
    expect_agreement(120);
    EXPECT_EQ(number(admin().read("usage"), "daily_max"), 120);
    done = false;
    changes = std::thread([&] {
        AdminClient client = admin();
        for (const std::string& ref : refs) {
            EXPECT_EQ(client.remove(ref).status, 204);
        }
        done = true;
    });
    watch(false);
    changes.join();
    expect_agreement(0);
    EXPECT_EQ(number(admin().read("usage"), "daily_max"), 120);
}

TEST_F(Counting, ARecountAgreesAfterBeginsEndsAndExpiriesBeneathLists) {
    start();
    const std::vector<std::string> staying = begin_sessions(40, "staying");
    std::atomic<int> working{3};
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        for (int round = 0; round < 6; ++round) {
            begin_sessions(10, "begun" + std::to_string(round) + "-", "acme");
        }
        --working;
    });
    threads.emplace_back([&] {
        for (int round = 0; round < 6; ++round) {
            const std::vector<std::string> refs = begin_sessions(10, "ended", "acme");
            EXPECT_EQ(admin().terminate(refs), std::vector<std::string>(10, "terminated"));
        }
        --working;
    });
    threads.emplace_back([&] {
        Browser expiring = browser();
        for (int session = 0; session < 60; ++session) {
            expiring.forget_cookies();
            expiring.send(navigation("/short/"));
            EXPECT_EQ(status_of(send_until_tracked(expiring, navigation("/short/"))), "NEW");
        }
        --working;
    });
    while (working != 0) {
        const boost::json::object list = admin().read("sessions?limit=500&sort=agent");
        std::multiset<std::string> refs;
        for (const boost::json::value& row : list.at("sessions").as_array()) {
            refs.insert(text_of(row.as_object(), "ref"));
        }
        EXPECT_LE(static_cast<std::int64_t>(refs.size()), number(list, "filtered"));
        for (const std::string& ref : staying) {
            EXPECT_EQ(refs.count(ref), 1u) << "it lives throughout";
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    ASSERT_TRUE(wait_until([&] { return admin().current() == 100; })) << admin().current();
    expect_agreement(100);
    EXPECT_EQ(counts("account=acme"), std::vector<std::int64_t>(5, 60));
    EXPECT_EQ(counts("account=default"), std::vector<std::int64_t>(5, 40));
}

}  // namespace
}  // namespace agent_sessions::e2e
