// The process that writes the history: what it has of its worker, and what becomes of each when the other
// ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "tests/e2e/support/history_test.h"
#include "tests/e2e/support/raw_connection.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

constexpr const char* kTitle = "nginx: agent_sessions history writer";

std::size_t threads_of(pid_t process) {
    const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(process) + "/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

std::vector<std::string> open_files_of(pid_t process) {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
        std::error_code gone;
        files.push_back(std::filesystem::read_symlink(entry.path(), gone));
    }
    return files;
}

// Whether somebody could listen there now.
bool is_free(int port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
                       listen(listener, 1) == 0;
    close(listener);
    return bound;
}

class HistoryProcess : public HistoryTest {
  protected:
    pid_t wait_for_process() const {
        pid_t found = 0;
        EXPECT_TRUE(wait_until([&] { return (found = history_process()) != 0; }))
            << "nobody writes the history";
        return found;
    }

    // As an operator or the kernel would, who is short of memory.
    pid_t kill_and_wait_for_another(pid_t process) {
        server.allow_in_log("unknown process " + std::to_string(process) + " exited on signal 9");
        kill(process, SIGKILL);
        pid_t other = 0;
        EXPECT_TRUE(wait_until([&] { return (other = history_process()) != 0 && other != process; }));
        return other;
    }

    // Asks each worker for the past, which a thread of its own answers from then on.
    void ask_every_worker() {
        for (const pid_t worker : server.workers()) {
            Connection connection = connection_to(worker);
            HttpRequest request;
            request.target = "/admin/api/1/history";
            request.with("X-Test-Accounts", "*")
                .with("X-Test-Role", "admin")
                .with("X-Test-User", "supervisor");
            EXPECT_EQ(connection.send(request).status, 200);
            EXPECT_GT(threads_of(worker), 1U);
        }
    }
};

TEST_F(HistoryProcess, LeavesEachWorkerItsOneThread) {
    start();
    EXPECT_EQ(command_line(wait_for_process()).substr(0, std::string(kTitle).size()), kTitle);
    for (const pid_t worker : server.workers()) {
        EXPECT_EQ(threads_of(worker), 1U);
    }
}

TEST_F(HistoryProcess, HasNoSocketAndNoLogOpenAlsoWhereItBeganUnderLoad) {
    start();
    RawConnection connection(config.port);
    ASSERT_TRUE(connection.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n"));
    ASSERT_EQ(status_of_raw(connection.read_answer()), 200);
    const pid_t process = kill_and_wait_for_another(wait_for_process());
    for (const std::string& file : open_files_of(process)) {
        EXPECT_EQ(file.find("socket:"), std::string::npos) << file;
        EXPECT_EQ(file.find("/logs/"), std::string::npos) << file;
    }
    ASSERT_TRUE(connection.send("GET /app HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    ASSERT_EQ(status_of_raw(connection.read_answer()), 200);
    EXPECT_TRUE(connection.is_closed()) << "the process keeps a closed connection open";
}

TEST_F(HistoryProcess, ThatHangsKeepsNeitherWorkerNorPort) {
    start();
    const pid_t process = wait_for_process();
    const std::vector<pid_t> workers = server.workers();
    const pid_t master = server.master();
    kill(process, SIGSTOP);
    kill(master, SIGTERM);
    EXPECT_TRUE(wait_until([&] { return !is_running(master); }));
    for (const pid_t worker : workers) {
        EXPECT_FALSE(is_running(worker));
    }
    EXPECT_TRUE(is_free(config.port));
    EXPECT_TRUE(wait_until([&] { return !is_running(process); })) << "it outlives its worker";
}

TEST_F(HistoryProcess, ThatIsKilledIsFollowedByAnotherAndNothingIsLostOrWrittenTwice) {
    start();
    const std::vector<pid_t> workers = server.workers();
    Terminators terminators(origin(), 2, 3);
    const int kills = agent_sessions::testing::is_soak() ? 200 : 8;
    pid_t process = wait_for_process();
    for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
        const std::size_t before = terminators.durable();
        EXPECT_TRUE(wait_until([&] { return terminators.durable() > before; })) << "nothing becomes durable";
        process = kill_and_wait_for_another(process);
    }
    terminators.stop();
    EXPECT_EQ(terminators.failures(), std::vector<std::string>{});
    EXPECT_EQ(server.workers(), workers);
    ASSERT_TRUE(wait_for_health());
    const auto rows = history.sessions();
    EXPECT_EQ(rows.size(), terminators.ledger().size());
    for (const Termination& termination : terminators.ledger()) {
        const auto row = rows.find(termination.ref);
        ASSERT_NE(row, rows.end()) << termination.ref;
        EXPECT_TRUE(row->second.ended) << termination.ref;
    }
    EXPECT_EQ(history.number("SELECT sum(ended) FROM audit"), static_cast<std::int64_t>(rows.size()));
    EXPECT_EQ(history.number("SELECT lost FROM state"), 0);
    EXPECT_EQ(history.half_written(), 0);
}

// Its worker listens to it by one of nginx's connections.
TEST_F(HistoryProcess, ThatEndsGivesTheConnectionBackByWhichItsWorkerListened) {
    constexpr int kConnections = 12;
    config.workers = 1;
    config.worker_connections = kConnections;
    start();
    pid_t process = wait_for_process();
    for (int kill = 0; kill < kConnections && !HasFailure(); ++kill) {
        process = kill_and_wait_for_another(process);
    }
    Connection connection(origin());
    EXPECT_EQ(connection.send(script_call("/api")).status, 200) << "no connection is left";
}

TEST_F(HistoryProcess, BeginsAlsoInAWorkerThatWasAskedForTheHistory) {
    start();
    ASSERT_TRUE(end_a_session().durable);
    const pid_t process = wait_for_process();
    ask_every_worker();
    kill_and_wait_for_another(process);
    const std::vector<Ended> sessions = end_sessions_until_durable();
    ask_every_worker();
    expect_written(sessions);
    EXPECT_EQ(history.integrity(), "ok");
}

TEST_F(HistoryProcess, MindsNoSignalThatStopsNginx) {
    start();
    const pid_t process = wait_for_process();
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH}) {
        kill(process, signal);
    }
    ASSERT_TRUE(end_a_session().durable);
    EXPECT_EQ(history_process(), process);
}

TEST_F(HistoryProcess, EndsWithItsWorker) {
    start();
    const pid_t process = wait_for_process();
    ASSERT_TRUE(server.kill_worker(writer()));
    EXPECT_TRUE(wait_until([&] { return !is_running(process); }));
    EXPECT_NE(wait_for_process(), process);
}

TEST_F(HistoryProcess, DoesNotKeepTheNextNginxFromStartingWhenAllWereKilled) {
    start();
    std::vector<Ended> sessions;
    for (int round = 0; round < 10; ++round) {
        sessions.push_back(end_a_session());
        EXPECT_TRUE(sessions.back().durable);
        const std::vector<pid_t> workers = server.workers();
        kill(server.master(), SIGKILL);
        for (const pid_t worker : workers) {
            kill(worker, SIGKILL);
        }
        ASSERT_TRUE(wait_until([&] { return is_free(config.port); }));
        ASSERT_TRUE(server.start());
    }
    expect_ended(sessions);
    expect_written(sessions);
}

}  // namespace
}  // namespace agent_sessions::e2e
