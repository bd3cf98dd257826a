// Reloads, good ones and broken ones, while agents and supervisors work and websockets are open (RELIABILITY
// T14, T15, T17).
//
// SOAK=1: 1,000 reloads in ten minutes with 1,000,000 sessions and 500 websockets (RELOADS=N); SEED=N repeats
// a run.
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include "tests/e2e/support/raw_connection.h"
#include "tests/e2e/support/stream_server.h"
#include "tests/e2e/support/witness_test.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;

std::size_t reloads_of_long_form() {
    const char* const given = std::getenv("RELOADS");
    return given != nullptr ? std::strtoul(given, nullptr, 10) : 1000;
}

class ReloadedUnderLoad : public WitnessTest {
  protected:
    ReloadedUnderLoad() {
        // No websocket is closed because nothing is said over it for a minute.
        config.http = StreamServer::http() + "    proxy_read_timeout 1h;\n";
        config.locations = streams_.location();
        config.worker_connections = 4096;
    }

    // One of a session of its own, or of the witness' making.
    std::unique_ptr<RawConnection> websocket(const std::string& cookies) {
        auto socket = std::make_unique<RawConnection>(config.port);
        socket->send(websocket_request("/stream/socket", cookies));
        EXPECT_TRUE(socket->receives("101 Switching Protocols"));
        EXPECT_TRUE(socket->receives("\r\n\r\n"));
        return socket;
    }

    static bool echoes(RawConnection& socket) {
        return socket.send(websocket_message("still there?")) && socket.receives("still there?");
    }

    void open_websockets(std::size_t count) {
        for (std::size_t number = 0; number < count; ++number) {
            Browser agent = browser();
            begin_session(agent, "socket" + std::to_string(number));
            sockets_.push_back(websocket(std::string(kCookie) + "=" + agent.cookie(kCookie).value()));
        }
    }

    StreamServer streams_;
    std::vector<std::unique_ptr<RawConnection>> sockets_;
};

TEST_F(ReloadedUnderLoad, NothingIsLostNoWebsocketBreaksAndTheMasterDoesNotGrow) {
    const std::size_t reloads = is_soak() ? reloads_of_long_form() : 15;
    const std::size_t filled = is_soak() ? 1'000'000 : 10'000;
    const std::size_t websockets = is_soak() ? 500 : 50;
    config.capacity = is_soak() ? "2000000" : "100000";
    start();
    fill(filled);
    ASSERT_TRUE(wait_for_history(std::chrono::minutes(5))) << "what was filled in is on disk";
    open_websockets(websockets);
    Witness::Pace pace;
    pace.most_live = 50;
    Witness witness(origin(), pace, seed);
    // The first ones fill what the master keeps from one to the next.
    std::size_t resident = 0;
    for (std::size_t reload = 0; reload < reloads && !HasFailure(); ++reload) {
        ASSERT_TRUE(server.reload());
        if (reload == reloads / 3) {
            resident = resident_kib(server.master());
        }
        ASSERT_TRUE(echoes(*sockets_[reload % sockets_.size()]));
        std::this_thread::sleep_for(is_soak() ? std::chrono::milliseconds(500)
                                              : std::chrono::milliseconds(0));
    }
    const std::size_t grown = resident_kib(server.master()) - resident;
    witness.stop();
    std::cout << reloads << " reloads with " << filled + websockets << " sessions, the master grew by "
              << static_cast<std::int64_t>(grown) << " KiB in the last two thirds\n"
              << describe(witness) << '\n';
    EXPECT_LE(static_cast<std::int64_t>(grown), static_cast<std::int64_t>(1024 + reloads * 1024 / 100));
    for (const auto& socket : sockets_) {
        EXPECT_TRUE(echoes(*socket));
    }
    EXPECT_EQ(witness.broken(), 0U) << "a reload breaks no request";
    EXPECT_GT(witness.count(WitnessedSession::Fate::durable), 0U);
    expect_ledger(witness, filled + websockets);
    sockets_.clear();
    EXPECT_TRUE(wait_until([&] { return server.workers().size() == children_of(server.master()).size(); }))
        << "old workers go when their last websocket does";
}

// What cannot be reloaded changes nothing for those who work meanwhile.
TEST_F(ReloadedUnderLoad, ABrokenReloadChangesNothing) {
    start();
    Witness witness(origin(), {}, seed);
    const std::string good = config.text();
    const auto refused = [&](const std::string& text, const std::string& words) {
        server.configure(text);
        server.allow_in_log(words);
        EXPECT_TRUE(server.reload_refused(words)) << words;
    };
    refused(good + "broken;\n", "unknown directive \"broken\"");

    GatewayConfig busy = config;
    busy.server = "        listen 127.0.0.1:" + std::to_string(application.port()) + ";\n";
    server.allow_in_log("still could not bind()");
    refused(busy.text(), "Address already in use");

    GatewayConfig gone = config;
    gone.zone_parameters = "run=/nonexistent/run state=@/state";
    refused(gone.text(), "/nonexistent/run");

    GatewayConfig unknown = config;
    unknown.set("agent_sessions", "nowhere");
    refused(unknown.text(), "unknown agent_sessions zone \"nowhere\"");

    server.configure(good);
    ASSERT_TRUE(server.reload());
    witness.stop();
    EXPECT_EQ(witness.broken(), 0U);
    expect_ledger(witness);
}

// … and what takes the zone away and brings it back, with or without http {}, finds the sessions.
TEST_F(ReloadedUnderLoad, AZoneThatIsAwayForAWhileIsFoundAgain) {
    start();
    Witness witness(origin(), {}, seed);
    ASSERT_TRUE(wait_until([&] { return witness.acknowledged() > 50; }));
    witness.stop();
    const std::string good = config.text();
    GatewayConfig without = config;
    without.with_module = false;
    without.server.clear();
    without.locations.clear();
    const std::string without_http =
        "load_module " + module_file().string() + ";\nuser www-data;\nworker_processes 2;\n" +
        "pid logs/nginx.pid;\nerror_log logs/error.log info;\nevents { worker_connections 64; }\n";
    const std::string empty_http = without_http + "http { access_log off; }\n";
    for (const std::string& text : {without.text(), without_http, empty_http}) {
        server.configure(text);
        ASSERT_TRUE(server.reload());
        server.configure(good);
        ASSERT_TRUE(server.reload());
        expect_ledger(witness);
    }
}

// An update of the module's file, by a rename as packages do it, and what follows it.
class ReplacedModule : public ReloadedUnderLoad {
  protected:
    ReplacedModule() { install(module_file()); }

    void install(const std::filesystem::path& module, const std::string& name = "module.so") {
        const auto staged = server.prefix() / "module.so.new";
        installed_ = server.prefix() / name;
        std::filesystem::copy_file(module, staged);
        std::filesystem::rename(staged, installed_);
    }

    // The configuration, with the module that was installed last.
    std::string text() const {
        std::string text = config.text();
        return text.replace(text.find(module_file().string()), module_file().string().size(),
                            installed_.string());
    }

    static std::filesystem::path variant(const char* name) {
        return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name /
               "ngx_http_agent_sessions_module.so";
    }
    // A module of this build that knows the next layout of the segment.
    static std::filesystem::path next_layout() { return variant("next_layout"); }

    // Whether this process runs the file that was installed last.
    bool runs_installed(pid_t process) const {
        struct stat status {};
        stat(installed_.c_str(), &status);
        const std::string inode = " " + std::to_string(status.st_ino) + " ";
        return read_file("/proc/" + std::to_string(process) + "/maps").find(inode) != std::string::npos;
    }
    bool all_run_installed(const std::vector<pid_t>& processes) const {
        return std::all_of(processes.begin(), processes.end(),
                           [this](pid_t process) { return runs_installed(process); });
    }

    std::filesystem::path installed_;
};

// The system's loader knows a file by its name: a reload goes on with the code that is loaded.
TEST_F(ReplacedModule, UnderItsNameTakesEffectAtAnUpgradeAndNothingIsLost) {
    server.configure(text());
    ASSERT_TRUE(server.start());
    Witness witness(origin(), {}, seed);
    ASSERT_TRUE(wait_until([&] { return witness.acknowledged() > 20; }));
    install(module_file());
    ASSERT_TRUE(server.reload());
    EXPECT_FALSE(runs_installed(server.workers()[0]));
    const pid_t old_master = server.master();
    ASSERT_NE(server.upgrade(), 0);
    EXPECT_TRUE(all_run_installed(server.workers()));
    kill(old_master, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(old_master); }));
    witness.stop();
    expect_ledger(witness);
}

TEST_F(ReplacedModule, UnderAnotherNameServesBesideTheOldAfterAReload) {
    server.configure(text());
    ASSERT_TRUE(server.start());
    open_websockets(4);
    Witness witness(origin(), {}, seed);
    ASSERT_TRUE(wait_until([&] { return witness.acknowledged() > 20; }));
    for (int time = 0; time < 3; ++time) {
        install(module_file(), "module-" + std::to_string(time) + ".so");
        server.configure(text());
        ASSERT_TRUE(server.reload());
        EXPECT_TRUE(all_run_installed(server.workers()));
    }
    EXPECT_GT(children_of(server.master()).size(), 2U) << "old workers go on with their websockets";
    witness.stop();
    for (const auto& socket : sockets_) {
        EXPECT_TRUE(echoes(*socket));
    }
    expect_ledger(witness, sockets_.size());
}

TEST_F(ReplacedModule, OneOfAnotherLayoutIsRefusedAndTheOldServes) {
    server.configure(text());
    ASSERT_TRUE(server.start());
    Witness witness(origin(), {}, seed);
    ASSERT_TRUE(wait_until([&] { return witness.acknowledged() > 20; }));
    const std::string good = text();
    install(next_layout(), "next.so");
    server.configure(text());
    server.allow_in_log("has layout version");
    EXPECT_TRUE(server.reload_refused("has layout version"));
    const pid_t master = server.master();
    kill(master, SIGUSR2);
    EXPECT_TRUE(wait_until([&] { return count_in_log("has layout version") >= 2; })) << said();
    EXPECT_TRUE(wait_until([&] { return server.master() == master && server.old_master() == 0; }));
    server.configure(good);
    ASSERT_TRUE(server.reload());
    witness.stop();
    expect_ledger(witness);
    server.stop();
    server.configure(text());
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("has layout version"), std::string::npos) << refused.output;
    server.configure(good);
    ASSERT_TRUE(server.start());
    expect_ledger(witness);
}

// A distribution's fix that adds a field to nginx's structures changes neither its version nor its signature.
TEST_F(ReplacedModule, OneForAnNginxThatIsLaidOutOtherwiseIsRefused) {
    install(variant("other_nginx"));
    server.configure(text());
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("[emerg]"), std::string::npos) << refused.output;
    EXPECT_NE(refused.output.find("this nginx is not the one that the module was built for"),
              std::string::npos)
        << refused.output;
    EXPECT_NE(refused.output.find("\"Host\" stands elsewhere in its ngx_http_headers_in_t"),
              std::string::npos)
        << refused.output;
    EXPECT_FALSE(std::filesystem::exists(segment()));
}

}  // namespace
}  // namespace agent_sessions::e2e
