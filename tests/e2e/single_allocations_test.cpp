// Of all that the worker allocates for a request one allocation fails, each in turn (RELIABILITY T31).
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/files.h"
#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kScript = "/agent-sessions.js";
// Far more than any request takes.
constexpr int kMostAllocations = 20'000;

class SingleAllocations : public GatewayTest {
  protected:
    SingleAllocations() {
        config.workers = 1;
        config.locations =
            std::string("        location = ") + kScript + " { agent_sessions_client floor; }\n";
        config.set("agent_sessions_interaction", "$arg_interaction $arg_instance");
        // The workers remove the sign in it.
        std::filesystem::create_directories(sign_.parent_path());
        std::filesystem::permissions(sign_.parent_path(), std::filesystem::perms(0777));
        server.fail_allocations_while(sign_);
    }
    void TearDown() override {
        EXPECT_EQ(children_of(server.master()), workers_) << "no worker may end";
        HttpRequest check;
        check.target = "/admin/health/segment";
        EXPECT_EQ(admin().send(check).body, R"({"status":"sound","findings":[]})");
    }

    void begin() {
        start();
        workers_ = children_of(server.master());
    }

    // Calls `request` with the first allocation failing, then with the second, until it makes no more of
    // them. Gives how many it made. `prepare` is called before each, with nothing failing.
    int for_each_allocation(
        const std::function<void()>& request, const std::function<void()>& prepare = [] {}) {
        prepare();
        request();  // connections are there before memory is short
        for (int number = 1; number < kMostAllocations; ++number) {
            prepare();
            const std::filesystem::path next = sign_.parent_path() / "next";
            write_file(next, std::to_string(number));
            std::filesystem::rename(next, sign_);
            request();
            if (HasFailure()) {
                ADD_FAILURE() << "allocation " << number << " failed";
                break;
            }
            if (std::filesystem::remove(sign_)) {
                return number - 1;
            }
        }
        ADD_FAILURE() << "there is no end of it";
        return 0;
    }

    const std::filesystem::path sign_ = server.prefix() / "failing" / "sign";
    std::vector<pid_t> workers_;
};

TEST_F(SingleAllocations, LetNoEndedCookiePass) {
    begin();
    Browser ended = browser();
    admin().terminate({begin_session(ended, "alice")}, "Words that are too long to be kept without one");
    for (const HttpRequest& request :
         {navigation_by_page("/app"), script_call("/api"), form_post("/form", "a=1")}) {
        const std::size_t mark = application.mark();
        EXPECT_GT(for_each_allocation([&] {
                      const HttpResponse refused = ended.send(request);
                      EXPECT_TRUE(refused.status == 403 || refused.status == 500) << refused.status;
                      EXPECT_EQ(refused.header("Agent-Session"), "ended");
                  }),
                  0);
        EXPECT_TRUE(application.requests_since(mark).empty()) << application.log_since(mark);
    }
}

TEST_F(SingleAllocations, CostNoAgentARequest) {
    begin();
    Browser live = browser();
    begin_session(live, "bob");
    for (const HttpRequest& request : {navigation("/app?interaction=Billing&instance=a"), script_call("/api"),
                                       form_post("/form", "a=1")}) {
        for_each_allocation([&] { EXPECT_TRUE(is_from_application(live.send(request))); });
    }
    for_each_allocation([&] {
        Browser fresh = browser();
        EXPECT_TRUE(is_from_application(fresh.send(navigation("/app"))));
        EXPECT_TRUE(is_from_application(fresh.send(navigation("/app?login=carol"))));
        EXPECT_TRUE(is_from_application(fresh.send(navigation("/app"))));
    });
    EXPECT_EQ(admin().list("agent=bob").size(), 1U);
}

TEST_F(SingleAllocations, FailABeaconOrNot) {
    begin();
    Browser live = browser();
    begin_session(live, "bob");
    HttpRequest beacon;
    beacon.target = kScript;
    beacon.method = "POST";
    beacon.with("Sec-Fetch-Site", "same-origin").with("Sec-Fetch-Mode", "cors");
    beacon.body = R"({"open":[{"name":"Billing","instance":"a"}],"close":[{"name":"Chat","instance":"b"}],)"
                  R"("active":true,"page":"/flow?step=2"})";
    for_each_allocation([&] {
        const HttpResponse answer = live.send(beacon);
        EXPECT_TRUE(answer.status == 200 || answer.status == 500 || answer.status == 503) << answer.status;
    });
}

TEST_F(SingleAllocations, FailAReadingAdminOrNot) {
    begin();
    Browser live = browser();
    const std::string ref = begin_session(live, "bob");
    AdminClient client = admin();
    for (const std::string& path : {std::string(""), std::string("sessions?sort=agent&q=b&limit=10"),
                                    "sessions/" + ref, std::string("usage"), std::string("openapi.json")}) {
        for_each_allocation([&] {
            const HttpResponse answer = client.get(path);
            if (answer.status != 200) {
                expect_problem(answer, 500, "internal_error");
            }
        });
    }
}

TEST_F(SingleAllocations, LeaveATerminationDoneOrNotDone) {
    begin();
    AdminClient client = admin();
    std::unique_ptr<Browser> agent;
    std::string ref;
    HttpResponse answer;
    const auto expect_one_or_the_other = [&] {
        if (agent == nullptr) {
            return;
        }
        const bool is_listed = client.row(ref).has_value();
        if (answer.status == 200) {
            EXPECT_FALSE(is_listed);
        } else {
            expect_problem(answer, 500, "internal_error");
        }
        EXPECT_EQ(bool(is_from_application(agent->send(script_call("/app")))), is_listed);
    };
    for_each_allocation([&] { answer = client.post("sessions/terminate", "{\"refs\":[\"" + ref + "\"]}"); },
                        [&] {
                            expect_one_or_the_other();
                            agent = std::make_unique<Browser>(origin());
                            ref = begin_session(*agent, "dora");
                        });
}

}  // namespace
}  // namespace agent_sessions::e2e
