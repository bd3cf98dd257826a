// The routes of the history, on a database filled by hand.
#include <future>

#include "tests/unit/admin/endpoint.h"
#include "tests/unit/history/history_database.h"
#include "tracker/history/reader.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;
namespace history = tracker::history;
namespace json = boost::json;

class HistoryRoutes : public Endpoint {
  protected:
    // 2026-03-03 12:00 UTC is now.
    HistoryRoutes() {
        history_ = &reader_;
        waits_for_thread_ = true;
        history::Connection connection = database_.writer();
        for (const char* account : {"*", "alpha", "beta", "gone"}) {
            rows_[account] = database_.add_account(connection, account, hours_ago(72));
        }
        connection.execute("UPDATE account SET time_zone = 'Asia/Kathmandu' WHERE name = 'gone'");
    }

    tracker::WallTime hours_ago(int hours) const { return clock_.now().wall - std::chrono::hours{hours}; }

    struct Stored {
        std::string account = "alpha";
        std::optional<std::string> agent{};
        int began_hours_ago = 5;
        std::optional<int> ended_hours_ago{};
        tracker::EndReason reason = tracker::EndReason::idle;
        std::optional<std::string> by{};
    };

    // Gives the ref. Sequences follow the instants.
    std::string store(const Stored& session) {
        const tracker::SessionKey key{++stored_, 0xfeedU};
        store(session, key);
        return tracker::to_ref(key);
    }

    void store(const Stored& session, tracker::SessionKey key) {
        history::Connection connection = database_.writer();
        const tracker::WallTime began = hours_ago(session.began_hours_ago);
        connection
            .prepare(
                "INSERT INTO session (key, account, agent, started, began_at, began_sequence, why, message, "
                "idle, absolute, instance, expires) VALUES (?, ?, ?, ?, ?, ?, 'because', 'bye', 1, 1, 1, 1)")
            .with(key, rows_.at(session.account), session.agent, began, began, sequence_at(began))
            .run();
        if (session.ended_hours_ago) {
            const tracker::WallTime ended = hours_ago(*session.ended_hours_ago);
            connection
                .prepare(
                    "UPDATE session SET ended_at = ?, ended_sequence = ?, last_seen = ?, reason = ?, "
                    "ended_by = ? WHERE key = ?")
                .with(ended, sequence_at(ended), ended, session.reason, session.by, key)
                .run();
        }
    }

    static std::int64_t sequence_at(tracker::WallTime instant) {
        return instant.time_since_epoch().count() / 1000;
    }

    void store_peak(const std::string& account, int hours, int peak) {
        history::Connection connection = database_.writer();
        const tracker::WallTime at = hours_ago(hours);
        connection.prepare("INSERT INTO peak VALUES (?, ?, ?, ?, ?, 1, 2)")
            .with(rows_.at(account), history::quarter_of(at), peak, at, sequence_at(at))
            .run();
    }

    void store_act(const std::string& accounts, const std::string& what) {
        history::Connection connection = database_.writer();
        connection
            .prepare(
                "INSERT INTO audit (at, user, role, address, action, accounts, what, agent, reason, message, "
                "ended, result) VALUES (?, 'ada', 'admin', '192.0.2.7', 'terminate', ?, ?, NULL, 'left', "
                "NULL, "
                "3, 'done')")
            .with(hours_ago(1), accounts, what)
            .run();
    }

    static std::vector<std::string> refs(const json::object& list) { return column(list, "ref"); }

    using Texts = std::vector<std::string>;

    history::HistoryDatabase database_;
    history::Reader reader_{database_.path()};
    std::map<std::string, std::int64_t> rows_;
    std::uint64_t stored_ = 0;
    std::string next_;
};

TEST_F(HistoryRoutes, UsageTellsThirtyDays) {
    store_peak("*", 30, 9);
    store_peak("alpha", 30, 4);
    database_.execute("INSERT INTO license SELECT id, 0, 10 FROM account WHERE name = 'alpha'");
    begin({.agent = "ada", .account = "alpha"});
    const json::object usage = get_json("api/1/usage?account=alpha");
    EXPECT_EQ(usage.at("account").as_string(), "alpha");
    EXPECT_EQ(usage.at("current").to_number<int>(), 1);
    const json::array& days = usage.at("days").as_array();
    ASSERT_EQ(days.size(), 30u);
    EXPECT_EQ(days.at(28), (json::object{{"date", "2026-03-02"},
                                         {"max", 4},
                                         {"max_at", "2026-03-02T06:00:00.000Z"},
                                         {"refused", 2},
                                         {"total", 10},
                                         {"agents", 1},
                                         {"complete", false}}));
    EXPECT_EQ(days.at(27), (json::object{{"date", "2026-03-01"},
                                         {"max", nullptr},
                                         {"max_at", nullptr},
                                         {"refused", 0},
                                         {"total", 10},
                                         {"agents", nullptr},
                                         {"complete", false}}));
    EXPECT_EQ(days.at(29).at("date").as_string(), "2026-03-03");
    EXPECT_EQ(days.at(29).at("max").to_number<int>(), 1) << "what only the segment knows yet";
    EXPECT_EQ(usage.at("daily_average").to_number<double>(), 4.0);
    EXPECT_EQ(usage.at("daily_max").to_number<int>(), 4);
    EXPECT_EQ(usage.at("generated_at").as_string(), "2026-03-03T12:00:00.000Z");
}

TEST_F(HistoryRoutes, UsageOfARangeIsTheMonthlyReport) {
    store_peak("*", 30, 9);
    const json::object usage = get_json("api/1/usage?from=2026-02-01&to=2026-03-02");
    EXPECT_EQ(usage.at("days").as_array().size(), 30u);
    EXPECT_EQ(usage.at("daily_max").to_number<int>(), 9);
    EXPECT_EQ(get_json("api/1/usage?from=2025-01-28&to=2026-03-03").at("days").as_array().size(), 400u);
    for (const char* wrong :
         {"from=2025-01-27&to=2026-03-03", "from=2026-03-02&to=2026-03-01", "from=2026-3-1",
          "from=2026-02-30", "from=yesterday", "to=", "from=2027-01-01"}) {
        EXPECT_EQ(code_of(get("api/1/usage?" + std::string(wrong))), "invalid_parameter") << wrong;
    }
}

TEST_F(HistoryRoutes, AnAccountOfTheHistoryAloneIsFoundByThoseWhoSeeAll) {
    store_peak("*", 30, 9);
    store_peak("gone", 30, 9);
    const json::object usage = get_json("api/1/usage?account=gone");
    EXPECT_EQ(usage.at("daily_max").to_number<int>(), 9);
    EXPECT_EQ(usage.at("time_zone").as_string(), "Asia/Kathmandu");
    EXPECT_EQ(code_of(get("api/1/usage?account=never")), "account_not_found");
    EXPECT_EQ(code_of(get("api/1/history?account=never")), "account_not_found");
    EXPECT_EQ(code_of(get("api/1/usage?account=*")), "account_not_found");
    caller_.accounts = "alpha";
    for (const char* route : {"usage", "usage/minutes", "usage/peak", "history", "ended", "audit"}) {
        EXPECT_EQ(code_of(get("api/1/" + std::string(route) + "?account=gone")), "account_not_found")
            << route;
    }
}

TEST_F(HistoryRoutes, WithoutADatabaseUsageTellsWhatIsNow) {
    database_.remove();
    begin({.account = "alpha"});
    const Response response = get("api/1/usage");
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.log.empty());
    const json::object usage = json_of(response);
    EXPECT_EQ(usage.at("current").to_number<int>(), 1);
    EXPECT_TRUE(usage.at("days").as_array().empty());
    EXPECT_TRUE(usage.at("daily_average").is_null());
    for (const char* target :
         {"usage/minutes?day=2026-03-03", "usage/peak?date=2026-03-03", "history", "ended", "audit"}) {
        const Response unavailable = get("api/1/" + std::string(target));
        EXPECT_EQ(unavailable.status, 503);
        EXPECT_EQ(code_of(unavailable), "history_unavailable") << target;
        EXPECT_FALSE(unavailable.log.empty());
    }
    history_ = nullptr;
    EXPECT_EQ(code_of(get("api/1/ended")), "history_unavailable");
    EXPECT_EQ(code_of(get("api/1/usage?account=never")), "account_not_found");
}

// Otherwise the event loop would turn without a pause until the disk has answered.
TEST_F(HistoryRoutes, AQuestionThatWaitsSaysSo) {
    std::promise<void> open;
    const auto slow = reader_.ask([opened = open.get_future().share()](history::Connection&) {
        opened.wait();
        return 0;
    });
    Request request;
    request.method = "GET";
    request.path = "api/1/history";
    request.caller = caller_;
    request.now = clock_.now();
    const Handled handled = handle(request, tracker_, history_);
    ASSERT_NE(handled.task, nullptr);
    EXPECT_FALSE(handled.task->step(CountedSlice(clock_, looks_)));
    EXPECT_TRUE(handled.task->is_waiting());
    open.set_value();
    for (int looks = 0; looks < 10'000; ++looks) {
        if (const auto response = handled.task->step(CountedSlice(clock_, looks_))) {
            EXPECT_EQ(response->status, 200);
            return;
        }
        std::this_thread::sleep_for(1ms);
    }
    FAIL() << "no answer";
}

TEST_F(HistoryRoutes, TheCurveOfADay) {
    store_peak("*", 5, 1);
    store({.account = "alpha", .began_hours_ago = 5});
    const json::object curve = get_json("api/1/usage/minutes?day=2026-03-03&account=alpha");
    EXPECT_EQ(curve.at("day").as_string(), "2026-03-03");
    EXPECT_EQ(curve.at("start").as_string(), "2026-03-03T00:00:00.000Z");
    EXPECT_EQ(curve.at("step").to_number<int>(), 60);
    const json::array& max = curve.at("max").as_array();
    ASSERT_EQ(max.size(), 1440u);
    EXPECT_TRUE(max[6 * 60 + 59].is_null());
    EXPECT_EQ(max[7 * 60].to_number<int>(), 1);
    EXPECT_TRUE(max[7 * 60 + 15].is_null()) << "not measured";
    EXPECT_EQ(code_of(get("api/1/usage/minutes")), "invalid_parameter");
    EXPECT_EQ(code_of(get("api/1/usage/minutes?day=2026-03-32")), "invalid_parameter");
    caller_.time_zone = "Europe/Paris";
    EXPECT_EQ(get_json("api/1/usage/minutes?day=2026-03-29").at("max").as_array().size(), 1380u);
    EXPECT_EQ(get_json("api/1/usage/minutes?day=2025-10-26").at("max").as_array().size(), 1500u);
}

TEST_F(HistoryRoutes, WhoWasInTheMaximum) {
    const std::string early = store({.agent = "early", .began_hours_ago = 40, .ended_hours_ago = 31});
    const std::string first = store({.agent = "first", .began_hours_ago = 40, .ended_hours_ago = 29});
    const std::string second = store({.account = "beta", .began_hours_ago = 30, .ended_hours_ago = 28});
    const std::string late = store({.agent = "late", .began_hours_ago = 29});
    store_peak("*", 30, 2);
    store_peak("alpha", 30, 1);
    json::object peak = get_json("api/1/usage/peak?date=2026-03-02");
    EXPECT_EQ(peak.at("max").to_number<int>(), 2);
    EXPECT_EQ(peak.at("max_at").as_string(), "2026-03-02T06:00:00.000Z");
    EXPECT_EQ(refs(peak), (Texts{second, first}));
    EXPECT_TRUE(peak.at("next").is_null());
    peak = get_json("api/1/usage/peak?date=2026-03-02&account=alpha");
    EXPECT_EQ(refs(peak), (Texts{first}));
    peak = get_json("api/1/usage/peak?date=2026-03-02&limit=1");
    EXPECT_EQ(refs(peak), (Texts{second}));
    const std::string next(peak.at("next").as_string());
    EXPECT_EQ(refs(get_json("api/1/usage/peak?date=2026-03-02&cursor=" + next)), (Texts{first}));
    EXPECT_EQ(code_of(get("api/1/usage/peak?date=2026-03-01&cursor=" + next)), "invalid_cursor");
    EXPECT_TRUE(get_json("api/1/usage/peak?date=2026-02-01").at("max").is_null());
}

TEST_F(HistoryRoutes, WhoWasOnAtFiveToday) {
    const std::string gone = store({.agent = "gone", .began_hours_ago = 9, .ended_hours_ago = 7});
    const std::string there = store({.agent = "ada",
                                     .began_hours_ago = 9,
                                     .ended_hours_ago = 3,
                                     .reason = tracker::EndReason::administrator,
                                     .by = "supervisor"});
    const std::string guest = store({.account = "beta", .began_hours_ago = 8});
    const json::object list = get_json("api/1/history?at=2026-03-03T05:00:00Z");
    EXPECT_EQ(refs(list), (Texts{guest, there}));
    EXPECT_EQ(list.at("filtered").to_number<int>(), 2);
    EXPECT_EQ(list.at("sessions").at(1), (json::object{{"ref", there},
                                                       {"account", "alpha"},
                                                       {"agent", "ada"},
                                                       {"label", nullptr},
                                                       {"started", "2026-03-03T03:00:00.000Z"},
                                                       {"logged_in_at", nullptr},
                                                       {"last_seen", "2026-03-03T09:00:00.000Z"},
                                                       {"ended_at", "2026-03-03T09:00:00.000Z"},
                                                       {"reason", "administrator"},
                                                       {"by", "supervisor"}}));
    EXPECT_EQ(refs(get_json("api/1/history?at=2026-03-03T05:00:00Z&agent=")), (Texts{guest}));
    EXPECT_EQ(refs(get_json("api/1/history?at=2026-03-03T10:45:00%2B05:45&agent=ada")), (Texts{there}));
    EXPECT_EQ(refs(get_json("api/1/history?from=2026-03-03T04:30:00Z&to=2026-03-03T05:00:00Z")),
              (Texts{guest, gone, there}))
        << "ties go by ref";
    EXPECT_EQ(refs(get_json("api/1/history")), (Texts{guest})) << "now";
    caller_.accounts = "alpha";
    EXPECT_EQ(refs(get_json("api/1/history?at=2026-03-03T05:00:00Z")), (Texts{there}));
    for (const char* wrong :
         {"at=5", "at=2026-03-03", "at=2026-03-03T05:00:00Z&to=2026-03-03T06:00:00Z",
          "from=2026-03-03T05:00:00Z&to=2026-03-03T05:00:00Z", "limit=0", "from=2027-01-01T00:00:00Z"}) {
        EXPECT_EQ(code_of(get("api/1/history?" + std::string(wrong))), "invalid_parameter") << wrong;
    }
    EXPECT_EQ(code_of(get("api/1/history?cursor=abcd")), "invalid_cursor");
}

TEST_F(HistoryRoutes, LastActivityIsToldInTheWholeSecondsOfTheList) {
    clock_.jump_wall(tracker::Millis{900});
    const tracker::SessionKey key = begin({.agent = "ada"});
    store({.began_hours_ago = 0}, key);
    EXPECT_EQ(get_json("api/1/history").at("sessions").at(0).at("last_seen"),
              get_json("api/1/sessions").at("sessions").at(0).at("last_seen"));
}

TEST_F(HistoryRoutes, ALiveSessionIsToldAsTheTableKnowsIt) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    store({.began_hours_ago = 0}, key);
    clock_.advance(60s);
    tracker_.touch(handle_of(key), clock_.now());
    clock_.advance(5s);
    json::object session = get_json("api/1/history").at("sessions").at(0).as_object();
    EXPECT_EQ(session.at("last_seen").as_string(), "2026-03-03T12:01:00.000Z");
    EXPECT_TRUE(session.at("ended_at").is_null());
    tracker_.end(key, {tracker::EndReason::administrator, "eve", "", ""}, clock_.now());
    session = get_json("api/1/history").at("sessions").at(0).as_object();
    EXPECT_EQ(session.at("ended_at").as_string(), "2026-03-03T12:01:05.000Z") << "before the history has it";
    EXPECT_EQ(session.at("by").as_string(), "eve");
}

TEST_F(HistoryRoutes, ListsGoOnWhereThePageBeforeEnded) {
    Texts all;
    for (int hours = 20; hours > 0; --hours) {
        all.insert(all.begin(), store({.began_hours_ago = hours, .ended_hours_ago = 0}));
    }
    Texts found;
    std::string target = "api/1/history?from=2026-03-01T00:00:00Z&limit=7";
    for (int pages = 0; pages < 5; ++pages) {
        const json::object page = get_json(target + (pages == 0 ? "" : "&cursor=" + next_));
        for (const std::string& ref : refs(page)) {
            found.push_back(ref);
        }
        EXPECT_EQ(page.at("filtered").to_number<int>(), 20);
        if (page.at("next").is_null()) {
            break;
        }
        next_ = page.at("next").as_string();
        clock_.advance(1h);  // the list is still the one of the first page
        store({.began_hours_ago = 0});
    }
    EXPECT_EQ(found, all);
}

TEST_F(HistoryRoutes, TheEnded) {
    const std::string idle = store({.agent = "ada", .began_hours_ago = 9, .ended_hours_ago = 7});
    const std::string closed = store({.agent = "bob",
                                      .began_hours_ago = 9,
                                      .ended_hours_ago = 3,
                                      .reason = tracker::EndReason::administrator,
                                      .by = "supervisor"});
    store({.began_hours_ago = 2});
    const json::object list = get_json("api/1/ended");
    EXPECT_EQ(refs(list), (Texts{closed, idle}));
    EXPECT_EQ(list.at("sessions").at(0).at("why").as_string(), "because");
    EXPECT_EQ(list.at("sessions").at(0).at("message").as_string(), "bye");
    EXPECT_EQ(refs(get_json("api/1/ended?reason=idle")), (Texts{idle}));
    EXPECT_EQ(refs(get_json("api/1/ended?by=supervisor")), (Texts{closed}));
    EXPECT_EQ(refs(get_json("api/1/ended?agent=ada&to=2026-03-03T05:00:00Z")), (Texts{}));
    EXPECT_EQ(code_of(get("api/1/ended?reason=none")), "invalid_parameter");
    EXPECT_EQ(code_of(get("api/1/ended?at=2026-03-03T05:00:00Z")), "unknown_parameter");
}

TEST_F(HistoryRoutes, TheAuditShowsNobodyTheActsOnAccountsOfOthers) {
    store_act("alpha\n", "ref 1");
    store_act("alpha\nbeta\n", "filter");
    store_act("*\n", "all");
    json::object list = get_json("api/1/audit");
    ASSERT_EQ(list.at("entries").as_array().size(), 3u);
    EXPECT_EQ(list.at("entries").at(2), (json::object{{"id", 1},
                                                      {"at", "2026-03-03T11:00:00.000Z"},
                                                      {"user", "ada"},
                                                      {"role", "admin"},
                                                      {"address", "192.0.2.7"},
                                                      {"action", "terminate"},
                                                      {"accounts", json::array{"alpha"}},
                                                      {"what", "ref 1"},
                                                      {"agent", nullptr},
                                                      {"reason", "left"},
                                                      {"message", nullptr},
                                                      {"ended", 3},
                                                      {"result", "done"}}));
    EXPECT_EQ(list.at("entries").at(0).at("accounts"), json::array{"*"});
    list = get_json("api/1/audit?limit=2");
    const std::string next(list.at("next").as_string());
    EXPECT_EQ(get_json("api/1/audit?limit=2&cursor=" + next).at("entries").at(0).at("what").as_string(),
              "ref 1");
    caller_.accounts = "alpha";
    list = get_json("api/1/audit");
    EXPECT_EQ(list.at("filtered").to_number<int>(), 1);
}

TEST_F(HistoryRoutes, AnActionThatNobodyKnowsIsNoEmptyAudit) {
    store_act("alpha\n", "ref 1");
    EXPECT_EQ(get_json("api/1/audit?action=terminate").at("filtered").to_number<int>(), 1);
    EXPECT_EQ(get_json("api/1/audit?action=keep").at("filtered").to_number<int>(), 0);
    EXPECT_EQ(get_json("api/1/audit?action=erase").at("filtered").to_number<int>(), 0);
    for (const char* action : {"foo", "", "Terminate"}) {
        const Response response = get("api/1/audit?action=" + std::string(action));
        EXPECT_EQ(code_of(response), "invalid_parameter") << action;
        EXPECT_NE(response.body.find("terminate, keep or erase"), std::string::npos) << response.body;
    }
}

TEST_F(HistoryRoutes, ListsAreFilesOfCommaSeparatedValuesToo) {
    store({.agent = "=cmd|' /C calc'!A0", .began_hours_ago = 9, .ended_hours_ago = 7});
    store({.agent = "O\"Neil, \n Ann", .began_hours_ago = 9, .ended_hours_ago = 8});
    Response response = get("api/1/ended.csv?limit=1&by=");
    EXPECT_EQ(response.body,
              "ref,account,agent,label,started,logged_in_at,last_seen,ended_at,reason,by,why,message\r\n");
    response = get("api/1/ended.csv?limit=1");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(header(response, "Content-Disposition"),
              "attachment; filename=\"agent-sessions-ended-2026-03-03.csv\"");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_NE(response.body.find(",'=cmd|' /C calc'!A0,"), std::string::npos) << response.body;
    const std::string link = header(response, "Link");
    ASSERT_TRUE(link.starts_with("<ended.csv?limit=1&cursor=") && link.ends_with(">; rel=\"next\"")) << link;
    response = get("api/1/" + link.substr(1, link.find('>') - 1));
    EXPECT_NE(response.body.find(",\"O\"\"Neil, \n Ann\","), std::string::npos) << response.body;
    EXPECT_EQ(header(response, "Link"), "");
}

TEST_F(HistoryRoutes, EveryListHasItsFile) {
    begin({.agent = "ada"});
    store_act("alpha\nbeta\n", "filter");
    const std::pair<const char*, const char*> lists[] = {
        {"accounts", "name,current,"},
        {"sessions", "ref,account,time_zone,label,agent,"},
        {"usage", "date,max,max_at,refused,total,agents,complete\r\n2026-"},
        {"usage/minutes?day=2026-03-03", "start,max\r\n2026-03-03T00:00:00.000Z,\r\n"},
        {"usage/peak?date=2026-03-03", "ref,account,agent,"},
        {"history", "ref,account,agent,"},
        {"audit", "id,at,user,role,address,action,accounts,what,agent,reason,message,ended,result\r\n1,"},
    };
    for (const auto& [target, begins] : lists) {
        Asked by_header = asked("GET", "api/1/" + std::string(target));
        by_header.accept = "text/html;q=0.5, Text/CSV ; q=0.9";
        const Response response = ask(by_header);
        EXPECT_EQ(response.status, 200) << target;
        EXPECT_TRUE(response.body.starts_with(begins)) << response.body.substr(0, 300);
        std::string path(target);
        path.insert(std::min(path.find('?'), path.size()), ".csv");
        EXPECT_EQ(get("api/1/" + path).body, response.body) << path;
    }
    Asked unwanted = asked("GET", "api/1/accounts");
    for (const char* accept : {"application/json, text/csv;q=0", "text/csv; header=present; Q=0.000"}) {
        unwanted.accept = accept;
        EXPECT_EQ(header(ask(unwanted), "Content-Type"), "application/json") << accept << ": not acceptable";
    }
    EXPECT_EQ(code_of(get("api/1/sessions/terminate.csv")), "session_not_found");
    EXPECT_EQ(code_of(get("api/1/.csv")), "not_found");
    EXPECT_EQ(code_of(get("api/1/ended.csv?limit=x")), "invalid_parameter");
    EXPECT_EQ(code_of(ask(asked("POST", "api/1/ended.csv"))), "method_not_allowed");
}

}  // namespace
}  // namespace agent_sessions::admin
