#include "tests/e2e/support/history_test.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace agent_sessions::e2e {

namespace {

bool has_open(pid_t process, const std::string& path) {
    std::error_code gone;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd", gone)) {
        if (std::filesystem::read_symlink(entry.path(), gone) == path) {
            return true;
        }
    }
    return false;
}

constexpr int kMostUntracked = 100;

}  // namespace

HistoryTest::Ended HistoryTest::end_a_session() {
    Connection connection(origin());
    return end_a_session(connection);
}

HistoryTest::Ended HistoryTest::end_a_session(Connection& connection) {
    Browser agent(origin());
    agent.send(navigation("/app"), connection);
    HttpResponse begun = agent.send(navigation("/app"), connection);
    // Where the zone was busy, the next navigation begins it.
    for (int more = 0; more < kMostUntracked && status_of(begun) == "UNTRACKED"; ++more) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        begun = agent.send(navigation("/app"), connection);
    }
    EXPECT_EQ(status_of(begun), "NEW") << begun.status << begun.error;
    HttpRequest end;
    end.method = "DELETE";
    end.target = "/admin/api/1/sessions/" + ref_of(begun);
    end.with("X-Test-Accounts", "*").with("X-Test-Role", "admin").with("X-Test-User", "supervisor");
    const HttpResponse answer = connection.send(end);
    EXPECT_EQ(answer.status, 204) << answer.error << answer.body;
    return {ref_of(begun), agent.cookie(kCookie).value_or(""),
            answer.header("Agent-Sessions-Durable") == "true"};
}

std::vector<HistoryTest::Ended> HistoryTest::end_sessions_until_durable() {
    Connection connection(origin());
    return end_sessions_until_durable(connection);
}

std::vector<HistoryTest::Ended> HistoryTest::end_sessions_until_durable(Connection& connection) {
    std::vector<Ended> sessions;
    const bool durable = wait_until([&] {
        sessions.push_back(end_a_session(connection));
        return sessions.back().durable || HasFatalFailure() || HasNonfatalFailure();
    });
    EXPECT_TRUE(durable) << "nothing becomes durable:\n" << said();
    return sessions;
}

std::vector<std::string> HistoryTest::reasons(Connection& connection) const {
    HttpRequest request;
    request.target = "/admin/health";
    request.with("X-Test-Accounts", "*").with("X-Test-Role", "viewer").with("X-Test-User", "monitor");
    const HttpResponse response = connection.send(request);
    std::vector<std::string> reasons;
    if (response.status != 200 && response.status != 503) {
        return {"no answer"};
    }
    const boost::json::object health = parse_object(response);
    for (const boost::json::value& reason : health.at("reasons").as_array()) {
        reasons.emplace_back(reason.as_string());
    }
    EXPECT_EQ(response.status == 200, reasons.empty()) << response.body;
    return reasons;
}

std::vector<std::string> HistoryTest::reasons() const {
    Connection connection(origin());
    return reasons(connection);
}

bool HistoryTest::wait_for_reason(const std::string& reason) const {
    return wait_until([&] {
        const auto given = reasons();
        return std::find(given.begin(), given.end(), reason) != given.end();
    });
}

bool HistoryTest::wait_for_health() const {
    return wait_until([&] { return reasons().empty(); });
}

bool HistoryTest::wait_for_log(const std::string& text, const std::string& and_text) const {
    return wait_until([&] {
        std::istringstream log(server.error_log());
        for (std::string line; std::getline(log, line);) {
            if (line.find(text) != std::string::npos && line.find(and_text) != std::string::npos) {
                return true;
            }
        }
        return false;
    });
}

std::size_t HistoryTest::count_in_log(const std::string& text) const {
    std::istringstream log(server.error_log());
    std::size_t count = 0;
    for (std::string line; std::getline(log, line);) {
        count += line.find(text) != std::string::npos ? 1U : 0U;
    }
    return count;
}

std::string HistoryTest::said() const {
    std::istringstream log(server.error_log());
    std::string said;
    for (std::string line; std::getline(log, line);) {
        said += line.find("agent_sessions") != std::string::npos ? line + '\n' : "";
    }
    return said;
}

void HistoryTest::expect_ended(const std::vector<Ended>& sessions) {
    Connection connection(origin());
    for (const Ended& session : sessions) {
        EXPECT_TRUE(is_message_for_script(click_with(connection, session.cookie))) << session.ref;
    }
}

void HistoryTest::expect_written(const std::vector<Ended>& sessions) {
    const auto rows = history.sessions();
    for (const Ended& session : sessions) {
        const auto row = rows.find(session.ref);
        ASSERT_NE(row, rows.end()) << session.ref;
        EXPECT_TRUE(row->second.ended) << session.ref;
        EXPECT_EQ(row->second.by, "supervisor") << session.ref;
    }
    EXPECT_EQ(history.half_written(), 0);
}

pid_t HistoryTest::writer() const {
    for (const pid_t worker : server.workers()) {
        for (const pid_t process : children_of(worker)) {
            if (has_open(process, history.path().string() + "-wal")) {
                return worker;
            }
        }
    }
    return 0;
}

pid_t HistoryTest::history_process() const {
    const pid_t worker = writer();
    const std::vector<pid_t> processes = worker == 0 ? std::vector<pid_t>{} : children_of(worker);
    return processes.empty() ? 0 : processes.front();
}

Connection HistoryTest::connection_to(pid_t worker) const {
    for (int tries = 0; tries < 300; ++tries) {
        Connection connection(origin());
        const HttpResponse response = connection.send(script_call("/api"));
        if (std::atoi(response.header("X-Worker").value_or("0").c_str()) == worker) {
            return connection;
        }
    }
    ADD_FAILURE() << "worker " << worker << " does not answer";
    return Connection(origin());
}

void HistoryTest::lose_segment() const {
    std::filesystem::remove(server.prefix() / "run" / (std::string(kZone) + ".segment"));
}

}  // namespace agent_sessions::e2e
