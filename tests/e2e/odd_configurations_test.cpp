// nginx as hardly anybody runs it (RELIABILITY T41): the module loaded and not used, without http {}, in the
// foreground, as one process, with one worker and with very many.
#include <sys/wait.h>

#include <csignal>
#include <set>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class OddConfigurations : public GatewayTest {
  protected:
    static std::string preamble() {
        return "load_module " + module_file().string() +
               ";\nuser www-data;\nworker_processes 2;\npid logs/nginx.pid;\nerror_log logs/error.log info;\n"
               "events { worker_connections 64; }\n";
    }

    void expect_nothing_made() {
        for (const char* place : {"run", "state"}) {
            EXPECT_FALSE(std::filesystem::exists(server.prefix() / place)) << place;
        }
        EXPECT_EQ(server.error_log().find("agent_sessions"), std::string::npos) << server.error_log();
    }

    // A session that begins, is seen, is ended, and is told so.
    void expect_a_session_lives_and_ends() {
        Browser alice = browser();
        const std::string ref = begin_session(alice, "alice");
        EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
        EXPECT_EQ(admin().current(), 1);
        EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
        EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
    }
};

TEST_F(OddConfigurations, LoadedAndNotUsedItDoesNothing) {
    server.configure(preamble() + "http { access_log off; server { listen 127.0.0.1:" +
                     std::to_string(config.port) + "; location / { return 200 plain; } } }\n");
    ASSERT_TRUE(server.start());
    ASSERT_TRUE(server.reload());
    ASSERT_NE(server.upgrade(), 0);
    const HttpResponse response = Connection(origin()).send(navigation("/"));
    EXPECT_EQ(response.body, "plain");
    EXPECT_EQ(response.header("Set-Cookie"), std::nullopt);
    server.stop();
    expect_nothing_made();
}

TEST_F(OddConfigurations, WithoutHttpItDoesNothing) {
    server.configure(preamble());
    ASSERT_TRUE(server.start());
    ASSERT_TRUE(server.reload());
    server.stop();
    expect_nothing_made();
}

TEST_F(OddConfigurations, AZoneThatNobodyUsesIsKeptAndServesNobody) {
    config.set("agent_sessions", "");
    config.directives.clear();
    start();
    const HttpResponse response = Connection(origin()).send(navigation("/app"));
    EXPECT_TRUE(is_from_application(response));
    EXPECT_EQ(response.header("Set-Cookie"), std::nullopt);
    EXPECT_EQ(admin().current(), 0);
    ASSERT_TRUE(server.reload());
}

TEST_F(OddConfigurations, InTheForegroundItWorks) {
    config.daemon = false;
    server.configure(config.text());
    const pid_t master = start_command(server.program({}), server.prefix() / "output");
    EXPECT_TRUE(wait_until([&] { return server.workers().size() == 2; })) << server.error_log();
    expect_a_session_lives_and_ends();
    kill(master, SIGQUIT);
    int status = 0;
    EXPECT_TRUE(wait_until([&] { return waitpid(master, &status, WNOHANG) == master; }));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Without a reload, after which nginx itself serves nobody in this mode.
TEST_F(OddConfigurations, OneProcessInTheForegroundWorks) {
    config.daemon = false;
    config.workers = 1;
    config.main = "master_process off;\n";
    server.configure(config.text());
    const pid_t process = start_command(server.program({}), server.prefix() / "output");
    EXPECT_TRUE(wait_until([&] { return Connection(origin()).send(navigation("/app")).status == 200; }));
    expect_a_session_lives_and_ends();
    kill(process, SIGQUIT);
    int status = 0;
    EXPECT_TRUE(wait_until([&] { return waitpid(process, &status, WNOHANG) == process; }));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(OddConfigurations, OneWorkerWorks) {
    config.workers = 1;
    start();
    expect_a_session_lives_and_ends();
    ASSERT_TRUE(server.reload(1));
    EXPECT_EQ(admin().current(), 0);
}

TEST_F(OddConfigurations, SixtyFourWorkersWork) {
    config.workers = 64;
    config.worker_connections = 256;
    start();
    expect_a_session_lives_and_ends();
    Browser bob = browser();
    begin_session(bob, "bob");
    std::set<std::string> workers;
    for (int tab = 0; tab < 64; ++tab) {
        const HttpResponse response = bob.send(navigation("/app"), bob.open_tab());
        EXPECT_EQ(status_of(response), "ACTIVE");
        workers.insert(response.header("X-Worker").value_or(""));
    }
    EXPECT_GT(workers.size(), 1U);
    EXPECT_EQ(admin().current(), 1);
    ASSERT_TRUE(server.reload(64));
    EXPECT_EQ(status_of(bob.send(navigation("/app"), bob.open_tab())), "ACTIVE");
}

}  // namespace
}  // namespace agent_sessions::e2e
