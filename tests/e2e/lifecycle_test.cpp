// Reloads, killed workers, restarts and binary upgrades lose nothing (issue 2, point 3).
#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <set>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/load.h"

namespace agent_sessions::e2e {
namespace {

class Lifecycle : public GatewayTest {
  protected:
    static constexpr int kReloads = 100;
    static constexpr int kKills = 10;

    // Agents with sessions, to be moved into a load. Their refs are remembered.
    std::vector<Browser> busy_agents(std::size_t count) {
        std::vector<Browser> browsers;
        for (std::size_t number = 0; number < count; ++number) {
            browsers.push_back(browser());
            refs_.insert(begin_session(browsers.back(), "busy" + std::to_string(number)));
        }
        return browsers;
    }

    // ref -> start, of all that is listed.
    std::map<std::string, std::string> listed() {
        std::map<std::string, std::string> rows;
        for (const auto& row : admin().list()) {
            rows[text_of(row, "ref")] = text_of(row, "started");
        }
        return rows;
    }

    std::set<std::string> refs_;
};

TEST_F(Lifecycle, AHundredReloadsUnderLoadLoseNothing) {
    start();
    begin_sessions(20, "quiet");
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    Load load(busy_agents(3));
    const auto before = listed();
    ASSERT_EQ(before.size(), 23U);
    for (int time = 0; time < kReloads; ++time) {
        ASSERT_TRUE(server.reload());
    }
    load.stop();
    EXPECT_EQ(load.failures(), std::vector<std::string>{});
    EXPECT_EQ(load.broken(), 0U);
    EXPECT_GT(load.requests(), 100U);
    EXPECT_EQ(listed(), before);
    EXPECT_EQ(admin().current(), 23);
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
}

TEST_F(Lifecycle, KilledWorkersUnderLoadLoseNothing) {
    start();
    begin_sessions(20, "quiet");
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    Load load(busy_agents(3));
    const auto before = listed();
    std::vector<std::string> more;
    for (int time = 0; time < kKills; ++time) {
        const std::vector<pid_t> workers = server.workers();
        ASSERT_EQ(workers.size(), 2U);
        ASSERT_TRUE(server.kill_worker(workers[static_cast<std::size_t>(time % 2)]));
        const auto begun = begin_sessions(2, "between" + std::to_string(time));
        more.insert(more.end(), begun.begin(), begun.end());
    }
    load.stop();
    EXPECT_EQ(load.failures(), std::vector<std::string>{});
    EXPECT_GT(load.requests(), 100U);
    auto after = listed();
    for (const std::string& ref : more) {
        EXPECT_EQ(after.erase(ref), 1U) << "an acknowledged session was lost";
    }
    EXPECT_EQ(after, before);
    EXPECT_EQ(admin().current(), 43) << "the count equals the list";
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
}

TEST_F(Lifecycle, StopAndStartKeepSessionsAndEndedCookies) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    alice.send(navigation("/flow?interaction=Billing&instance=a"));
    Browser guest = browser();
    begin_session(guest);
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")}, "The shift is over");
    const auto before = listed();
    const std::string cookie = alice.cookie(kCookie).value();
    for (const bool graceful : {true, false}) {
        if (graceful) {
            server.quit();
        } else {
            server.stop();
        }
        ASSERT_TRUE(server.start());
        EXPECT_EQ(listed(), before);
        const auto row = admin().row(ref);
        ASSERT_TRUE(row);
        EXPECT_EQ(text_of(*row, "agent"), "alice");
        EXPECT_EQ(row->at("instances").to_number<int>(), 1);
        EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
        EXPECT_EQ(alice.cookie(kCookie).value(), cookie);
        const HttpResponse message = ended.send(script_call("/api"));
        EXPECT_TRUE(is_message_for_script(message));
        EXPECT_NE(message.body.find("The shift is over"), std::string::npos);
    }
}

TEST_F(Lifecycle, KillingMasterAndWorkersAtOnceLosesNothing) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    Browser ended = browser();
    admin().terminate({begin_session(ended, "ended")});
    const auto before = listed();
    const pid_t master = server.master();
    const std::vector<pid_t> workers = server.workers();
    kill(master, SIGKILL);
    for (const pid_t worker : workers) {
        kill(worker, SIGKILL);
    }
    ASSERT_TRUE(wait_until(
        [&] { return !is_running(master) && std::none_of(workers.begin(), workers.end(), is_running); }));
    ASSERT_TRUE(server.start());
    EXPECT_EQ(listed(), before);
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_TRUE(is_message_page(ended.send(navigation("/app"))));
}

TEST_F(Lifecycle, ACookieIssuedBeforeARestartBeginsItsSessionAfterIt) {
    start();
    Browser alice = browser();
    alice.send(navigation("/app"));
    const std::string cookie = alice.cookie(kCookie).value();
    server.quit();
    ASSERT_TRUE(server.start());
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "NEW");
    EXPECT_EQ(alice.cookie(kCookie).value(), cookie);
}

TEST_F(Lifecycle, AChangedCapacityAtReloadKeepsEverySession) {
    start();
    begin_sessions(3, "agent");
    const auto before = listed();
    config.capacity = "2000";
    reload();
    EXPECT_NE(server.error_log().find("[warn]"), std::string::npos);
    EXPECT_EQ(listed(), before);
    server.quit();
    ASSERT_TRUE(server.start());
    EXPECT_EQ(listed(), before);
}

TEST_F(Lifecycle, AReloadWithABrokenConfigurationChangesNothing) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    server.configure(config.text() + "broken;\n");
    server.allow_in_log("unknown directive \"broken\"");
    EXPECT_TRUE(server.reload_refused("unknown directive \"broken\""));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    reload();
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Lifecycle, ReloadsThatTakeTheModuleOutAndBackKeepTheSessions) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto before = listed();
    const std::string with = config.text();
    GatewayConfig without = config;
    without.with_module = false;
    without.server.clear();
    server.configure(without.text());
    ASSERT_TRUE(server.reload());
    EXPECT_TRUE(is_from_application(Connection(origin()).send(navigation("/app"))));
    server.configure(with);
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(listed(), before);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

class Upgrade : public Lifecycle {
  protected:
    void SetUp() override {
        start();
        ref_ = begin_session(alice_, "alice");
        admin().terminate({begin_session(ended_, "ended")});
        before_ = listed();
        old_master_ = server.master();
        old_admin_ = std::make_unique<AdminClient>(origin(), AdminClient::Caller{});
        ASSERT_FALSE(old_admin_->list().empty()) << "opens the connection to the old family";
        new_master_ = server.upgrade();
        ASSERT_NE(new_master_, 0);
    }

    // A connection to a worker of this master.
    Connection connection_to(pid_t master) {
        for (int tries = 0; tries < 300; ++tries) {
            Connection connection(origin());
            HttpRequest request = script_call("/api");
            const HttpResponse response = connection.send(request);
            const auto workers = NginxServer::workers_of(master);
            const pid_t worker = std::atoi(response.header("X-Worker").value_or("0").c_str());
            if (std::find(workers.begin(), workers.end(), worker) != workers.end()) {
                return connection;
            }
        }
        ADD_FAILURE() << "no worker of " << master << " answers";
        return Connection(origin());
    }

    HttpResponse click(Browser& agent_browser, Connection& connection) {
        return agent_browser.send(script_call("/api"), connection);
    }

    HttpResponse terminate_over(Connection& connection, const std::string& ref) {
        HttpRequest request;
        request.method = "POST";
        request.target = "/admin/api/1/sessions/terminate";
        request.body = R"({"refs":[")" + ref + R"("]})";
        request.with("Content-Type", "application/json")
            .with("X-Test-Accounts", "*")
            .with("X-Test-Role", "admin")
            .with("X-Test-User", "supervisor");
        return connection.send(request);
    }

    Browser alice_ = browser();
    Browser ended_ = browser();
    std::string ref_;
    std::map<std::string, std::string> before_;
    pid_t old_master_ = 0;
    pid_t new_master_ = 0;
    std::unique_ptr<AdminClient> old_admin_;
};

TEST_F(Upgrade, BothFamiliesSeeAndObeyEachOther) {
    Connection old_worker = connection_to(old_master_);
    Connection new_worker = connection_to(new_master_);
    for (Connection* worker : {&old_worker, &new_worker}) {
        EXPECT_EQ(status_of(click(alice_, *worker)), "ACTIVE");
        EXPECT_TRUE(is_message_for_script(click(ended_, *worker)));
    }
    EXPECT_EQ(listed(), before_);

    Browser bob = browser();
    const std::string bobs = begin_session(bob, "bob");
    EXPECT_EQ(terminate_over(new_worker, ref_).status, 200);
    EXPECT_TRUE(is_message_for_script(click(alice_, old_worker)));
    EXPECT_EQ(terminate_over(old_worker, bobs).status, 200);
    EXPECT_TRUE(is_message_for_script(click(bob, new_worker)));
    EXPECT_TRUE(listed().empty());
}

TEST_F(Upgrade, TheOldMasterGoesAndEverythingStays) {
    kill(old_master_, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(old_master_); }));
    EXPECT_EQ(listed(), before_);
    EXPECT_EQ(status_of(alice_.send(navigation("/app"))), "ACTIVE");
    EXPECT_TRUE(is_message_page(ended_.send(navigation("/app"))));
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(listed(), before_);
    // And once more: the child of a child.
    ASSERT_NE(server.upgrade(), 0);
    EXPECT_EQ(listed(), before_);
}

TEST_F(Upgrade, TheNewMasterGoesAndEverythingStays) {
    kill(new_master_, SIGQUIT);
    ASSERT_TRUE(wait_until([&] { return !is_running(new_master_) && server.master() == old_master_; }));
    EXPECT_EQ(listed(), before_);
    EXPECT_EQ(status_of(alice_.send(navigation("/app"))), "ACTIVE");
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(listed(), before_);
}

TEST_F(Upgrade, AKilledMasterOfTheTwoChangesNothingForTheOther) {
    const std::vector<pid_t> orphans = NginxServer::workers_of(old_master_);
    kill(old_master_, SIGKILL);
    for (const pid_t worker : orphans) {
        kill(worker, SIGKILL);
    }
    // All of them: the kernel may wake a dying worker for a new connection, and then wakes no other for it.
    ASSERT_TRUE(wait_until([&] {
        return !is_running(old_master_) && std::none_of(orphans.begin(), orphans.end(), is_running);
    }));
    EXPECT_EQ(status_of(alice_.send(navigation("/app"), alice_.open_tab())), "ACTIVE");
    EXPECT_EQ(listed(), before_);
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(listed(), before_);
}

}  // namespace
}  // namespace agent_sessions::e2e
