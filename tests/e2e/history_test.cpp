// The figures, the past and the audit, from requests through the segment and the database to the answers
// (issue 3).
#include <ctime>
#include <filesystem>
#include <thread>

#include "tests/e2e/support/files.h"
#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/mapped_segment.h"
#include "tests/e2e/support/raw_connection.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::e2e {
namespace {

class History : public GatewayTest {
  protected:
    // What was committed a moment ago is answered a moment later.
    boost::json::object read_until(const std::string& path,
                                   const std::function<bool(const boost::json::object&)>& is_there) {
        boost::json::object answer;
        EXPECT_TRUE(wait_until([&] {
            answer = admin().read(path);
            return is_there(answer);
        })) << path
            << ": " << boost::json::serialize(answer);
        return answer;
    }

    static std::function<bool(const boost::json::object&)> filtered_is(int count) {
        return [count](const boost::json::object& list) {
            return list.at("filtered").to_number<int>() == count;
        };
    }

    static std::string today() {
        const std::time_t now = std::time(nullptr);
        char text[16];
        std::strftime(text, sizeof(text), "%F", std::gmtime(&now));
        return text;
    }
};

TEST_F(History, ASessionIsFoundInThePastAndItsEndInTheAudit) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    Browser guest = browser();
    const std::string other = begin_session(guest);
    boost::json::object list = read_until("history", filtered_is(2));
    ASSERT_EQ(admin().terminate({ref}, "See you"), std::vector<std::string>{"terminated"});

    list = read_until("ended", filtered_is(1));
    const boost::json::object& ended = list.at("sessions").at(0).as_object();
    EXPECT_EQ(text_of(ended, "ref"), ref);
    EXPECT_EQ(text_of(ended, "agent"), "alice");
    EXPECT_EQ(text_of(ended, "reason"), "administrator");
    EXPECT_EQ(text_of(ended, "by"), "supervisor");
    EXPECT_EQ(text_of(ended, "message"), "See you");
    EXPECT_FALSE(ended.at("last_seen").is_null());

    list = read_until("history", filtered_is(1));
    EXPECT_EQ(text_of(list.at("sessions").at(0).as_object(), "ref"), other);
    EXPECT_FALSE(list.at("sessions").at(0).at("last_seen").is_null()) << "of a live one";
    read_until("history?from=" + today() + "T00:00:00Z", filtered_is(2));
    read_until("history?agent=alice&from=" + today() + "T00:00:00Z", filtered_is(1));

    list = read_until("audit", filtered_is(1));
    EXPECT_EQ(text_of(list.at("entries").at(0).as_object(), "user"), "supervisor");
    EXPECT_EQ(text_of(list.at("entries").at(0).as_object(), "action"), "terminate");
    EXPECT_EQ(list.at("entries").at(0).at("ended").to_number<int>(), 1);
}

// A client that hung up stopped its termination half way, and nobody was told what had ended.
TEST_F(History, WhoHangsUpHasStillEndedThemAndIsInTheAudit) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::string body = "{\"refs\":[\"" + ref + "\",\"" + std::string(32, 'a') + "\"]}";
    {
        // The first one ends at once; whether there is a second one nobody can say while the table is held.
        const MappedSegment segment(server.prefix() / "run/floor.segment");
        const tracker::memory::ZoneGuard held(segment.layout(), tracker::Waiting::patient);
        RawConnection hasty(config.port);
        hasty.send(
            "POST /admin/api/1/sessions/terminate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "X-Test-Accounts: *\r\nX-Test-Role: operator\r\nX-Test-User: hasty\r\n"
            "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
        ASSERT_TRUE(wait_until([&] { return bool(is_message_page(alice.send(navigation("/app")))); }));
        hasty.abort();
        // Enough for the worker to learn of it, as a rule.
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    const boost::json::object list = read_until("audit?user=hasty", filtered_is(2));
    EXPECT_EQ(list.at("entries").at(0).at("ended").to_number<int>(), 1);
    EXPECT_EQ(list.at("entries").at(1).at("result"), "refused") << "the one that nobody has";
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(History, NobodySeesThePastOfAnotherAccount) {
    config.set("agent_sessions_account", "$arg_account");
    start();
    Browser alice = browser();
    alice.send(navigation("/page?account=acme"));
    const std::string ref = ref_of(alice.send(navigation("/page?account=acme")));
    read_until("history", filtered_is(1));
    admin("acme").terminate({ref});
    read_until("audit", filtered_is(1));
    for (const char* path : {"history", "ended", "audit"}) {
        EXPECT_EQ(admin("other").read(path).at("filtered").to_number<int>(), 0) << path;
        expect_problem(admin("other").get(std::string(path) + "?account=acme"), 404, "account_not_found");
    }
    EXPECT_EQ(admin("acme").read("audit").at("filtered").to_number<int>(), 1);
    EXPECT_EQ(admin("other").read("usage").at("daily_max").to_number<int>(), 0);
}

TEST_F(History, FiguresOutliveARestartWithoutTheSegment) {
    start();
    const std::vector<std::string> refs = begin_sessions(5, "agent");
    boost::json::object usage = admin().read("usage?account=default");
    EXPECT_EQ(usage.at("daily_max").to_number<int>(), 5) << "before anything is on disk";
    EXPECT_EQ(usage.at("days").as_array().size(), 30u);
    ASSERT_EQ(admin().terminate(refs), std::vector<std::string>(5, "terminated"));
    server.quit();
    std::filesystem::remove(server.prefix() / "run/floor.segment");
    start();
    usage = admin().read("usage?account=default");
    EXPECT_EQ(usage.at("current").to_number<int>(), 0);
    EXPECT_EQ(usage.at("daily_max").to_number<int>(), 5);
    EXPECT_EQ(usage.at("daily_average").to_number<double>(), 5.0);
    EXPECT_EQ(text_of(usage.at("days").as_array().back().as_object(), "date"), today());

    const boost::json::object peak = admin().read("usage/peak?date=" + today());
    EXPECT_EQ(peak.at("max").to_number<int>(), 5);
    EXPECT_EQ(peak.at("sessions").as_array().size(), 5u);
    const boost::json::object curve = admin().read("usage/minutes?day=" + today());
    std::int64_t highest = 0;
    for (const boost::json::value& minute : curve.at("max").as_array()) {
        highest = std::max(highest, minute.is_null() ? 0 : minute.to_number<std::int64_t>());
    }
    EXPECT_EQ(highest, 5);
}

TEST_F(History, ListsAreGivenAsCsv) {
    start();
    Browser mallory = browser();
    begin_session(mallory, "=HYPERLINK(1)");
    read_until("history", filtered_is(1));
    HttpRequest request;
    request.target = "/admin/api/1/history.csv";
    const HttpResponse response = admin().send(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("Content-Type"), "text/csv; charset=utf-8; header=present");
    EXPECT_NE(response.header("Content-Disposition").value_or("").find("agent-sessions-history-"),
              std::string::npos);
    EXPECT_NE(response.body.find(",'=HYPERLINK(1),"), std::string::npos) << response.body;
}

// A question that waits for its answer must not keep a worker from leaving, nor the other way round.
TEST_F(History, WorkersThatLeaveAnswerFirst) {
    start();
    begin_sessions(50, "agent");
    for (int round = 0; round < 5; ++round) {
        EXPECT_EQ(admin().get("usage").status, 200);
        reload();
        EXPECT_EQ(admin().get("history").status, 200);
    }
}

TEST_F(History, WithoutADatabaseTheFiguresNowAreToldAll) {
    write_file(server.prefix() / "plain", "no directory");
    config.zone_parameters = "run=@/run state=@/plain/state";
    start();
    begin_sessions(3, "agent");
    const boost::json::object usage = admin().read("usage");
    EXPECT_EQ(usage.at("current").to_number<int>(), 3);
    EXPECT_TRUE(usage.at("days").as_array().empty());
    expect_problem(admin().get("history"), 503, "history_unavailable");
}

}  // namespace
}  // namespace agent_sessions::e2e
