// The files of the module: their modes, who may use them, and what is refused (issue 2, point 8; ARCHITECTURE
// 3).
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Segment : public GatewayTest {
  protected:
    std::filesystem::path segment() const {
        return server.prefix() / "run" / (std::string(kZone) + ".segment");
    }
    std::filesystem::path keys() const { return server.prefix() / "state" / (std::string(kZone) + ".keys"); }

    // Makes the module's places as an operator would who gives a name to the workers' user.
    void make_place(const std::string& name, const std::string& owner) {
        std::filesystem::create_directory(server.prefix() / name);
        std::filesystem::permissions(server.prefix() / name, std::filesystem::perms(0700));
        if (geteuid() == 0) {
            run_command({"chown", owner + ":", (server.prefix() / name).string()});
        }
    }

    // Writes over the segment's first bytes, as it lies there, and gives what stood there.
    std::string overwrite_header(const std::string& bytes) {
        const int file = open(segment().c_str(), O_RDWR | O_CLOEXEC);
        EXPECT_GE(file, 0) << segment();
        std::string before(bytes.size(), '\0');
        EXPECT_EQ(pread(file, before.data(), before.size(), 0), static_cast<ssize_t>(before.size()));
        EXPECT_EQ(pwrite(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        close(file);
        return before;
    }
};

unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

std::string owner_of(const std::filesystem::path& path) {
    struct stat status {};
    const passwd* user = stat(path.c_str(), &status) == 0 ? getpwuid(status.st_uid) : nullptr;
    return user != nullptr ? user->pw_name : "(nobody)";
}

TEST_F(Segment, AndKeysAreForTheWorkersOnly) {
    umask(0);
    start();
    umask(022);
    Browser alice = browser();
    begin_session(alice, "alice");
    for (const auto& file : {segment(), keys()}) {
        EXPECT_EQ(mode_of(file), 0600U) << file;
        if (geteuid() == 0) {
            EXPECT_EQ(owner_of(file), "www-data") << file;
        }
    }
    for (const char* name : {"run", "state"}) {
        EXPECT_EQ(mode_of(server.prefix() / name), 0700U) << name;
        for (const auto& entry : std::filesystem::directory_iterator(server.prefix() / name)) {
            EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
        }
    }
}

TEST_F(Segment, WorksWithoutRoot) {
    if (geteuid() == 0) {
        server.run_as("www-data");
        config.user = "";
    }
    start();
    for (const pid_t worker : server.workers()) {
        struct stat status {};
        ASSERT_EQ(stat(("/proc/" + std::to_string(worker)).c_str(), &status), 0);
        EXPECT_NE(status.st_uid, 0U);
    }
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(mode_of(segment()), 0600U);
    EXPECT_EQ(mode_of(keys()), 0600U);
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
    ASSERT_NE(server.upgrade(), 0);
    EXPECT_TRUE(is_message_page(alice.send(navigation("/other"))));
}

TEST_F(Segment, WorksInPlacesThatTheOperatorMade) {
    make_place("run", "www-data");
    make_place("state", "www-data");
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    EXPECT_TRUE(std::filesystem::exists(keys()));
}

TEST_F(Segment, WorksWithoutAUsableStateDirectoryAndSaysSo) {
    config.zone_parameters = "run=@/run state=@/missing/below";
    start();
    EXPECT_NE(server.error_log().find("[warn]"), std::string::npos);
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(mode_of(server.prefix() / "run" / (std::string(kZone) + ".keys")), 0600U);
    const HttpResponse response = admin().post("sessions/terminate", R"({"refs":[")" + ref + R"("]})");
    EXPECT_EQ(parse_object(response).at("durable").as_bool(), false);
}

TEST_F(Segment, ADirectoryThatOthersMayWriteIsRefused) {
    for (const char* name : {"run", "state"}) {
        make_place(name, "www-data");
        const std::filesystem::path place = server.prefix() / name;
        std::filesystem::permissions(place, std::filesystem::perms(0777));
        server.configure(config.text());
        const CommandResult result = server.start_refused();
        EXPECT_NE(result.output.find("[emerg]"), std::string::npos) << result.output;
        EXPECT_NE(result.output.find(place.string()), std::string::npos) << result.output;
        EXPECT_TRUE(std::filesystem::is_empty(place));
        std::filesystem::permissions(place, std::filesystem::perms(0700));
    }
}

TEST_F(Segment, ASecondUnrelatedInstanceIsRefusedAndTheFirstUnhurt) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    NginxServer second;
    GatewayConfig other = config;
    other.port = free_port();
    second.configure(other.text());
    const CommandResult refused = second.start_refused();
    EXPECT_NE(refused.output.find("[emerg]"), std::string::npos) << refused.output;
    EXPECT_NE(refused.output.find(server.prefix().string() + "/run"), std::string::npos) << refused.output;
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
    ASSERT_TRUE(server.reload());
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    // Once the first is gone, the second may have it all.
    server.quit();
    ASSERT_TRUE(second.start());
    EXPECT_EQ(AdminClient({other.port}, {}).current(), 1);
}

TEST_F(Segment, TheConfigurationTestChangesNothingOnDisk) {
    server.configure(config.text());
    server.check_configuration();
    const auto nothing_yet = snapshot(server.prefix());
    EXPECT_EQ(server.check_configuration().exit_code, 0);
    EXPECT_EQ(server.command({"-T"}).exit_code, 0);
    auto after = snapshot(server.prefix());
    EXPECT_FALSE(std::filesystem::exists(server.prefix() / "run"));
    EXPECT_FALSE(std::filesystem::exists(server.prefix() / "state"));
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    // What the server itself writes comes to rest once its history is complete.
    auto state = snapshot(server.prefix() / "state");
    for (int tries = 0; tries < 40; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        const auto before = std::exchange(state, snapshot(server.prefix() / "state"));
        if (state == before) {
            break;
        }
    }
    const auto inode = snapshot(server.prefix() / "run")[std::string(kZone) + ".segment"];
    for (int time = 0; time < 5; ++time) {
        EXPECT_EQ(server.check_configuration().exit_code, 0);
    }
    EXPECT_EQ(snapshot(server.prefix() / "state"), state);
    EXPECT_EQ(
        snapshot(server.prefix() / "run").size(),
        3U - (std::filesystem::exists(server.prefix() / "run" / (std::string(kZone) + ".lock")) ? 0U : 1U));
    EXPECT_EQ(
        inode.substr(0, inode.find(" size")),
        snapshot(server.prefix() / "run")[std::string(kZone) + ".segment"].substr(0, inode.find(" size")));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Segment, OfAnotherLayoutIsRefusedAtStartAndLeftAsItIs) {
    start();
    server.stop();
    const std::string before = overwrite_header(std::string(16, 'X'));
    const std::string damaged = read_file(segment());
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("[emerg]"), std::string::npos) << refused.output;
    EXPECT_NE(refused.output.find(segment().string()), std::string::npos) << refused.output;
    EXPECT_EQ(read_file(segment()), damaged) << "nothing is overwritten";
    overwrite_header(before);
    EXPECT_TRUE(server.start());
}

TEST_F(Segment, ThatIsNoSegmentIsRefusedAtStart) {
    const auto refused = [&](const char* what) {
        const CommandResult result = server.start_refused();
        EXPECT_NE(result.output.find("[emerg]"), std::string::npos) << what << result.output;
        EXPECT_NE(result.output.find(segment().string()), std::string::npos) << what << result.output;
    };
    make_place("run", "www-data");
    server.configure(config.text());
    const auto put = [&](const std::string& text) {
        write_file(segment(), text);
        if (geteuid() == 0) {
            run_command({"chown", "www-data:", segment().string()});
        }
        std::filesystem::permissions(segment(), std::filesystem::perms(0600));
    };
    put("");
    refused("an empty file");
    put(std::string(100000, '\0'));
    refused("zeros");
    put("short");
    refused("a short file");
    std::filesystem::remove(segment());
    std::filesystem::create_directory(segment());
    refused("a directory");
    std::filesystem::remove(segment());
    std::filesystem::create_symlink(server.prefix() / "elsewhere", segment());
    refused("a symbolic link");
    EXPECT_FALSE(std::filesystem::exists(server.prefix() / "elsewhere"));
    std::filesystem::remove(segment());
    ASSERT_EQ(mkfifo(segment().c_str(), 0600), 0);
    refused("a FIFO");
    std::filesystem::remove(segment());
}

TEST_F(Segment, BrokenAtAReloadFailsThatReloadAndTheOldWorkersServe) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const std::string before = overwrite_header(std::string(8, 'X'));
    server.allow_in_log(segment().string());
    EXPECT_TRUE(server.reload_refused(segment().string()));
    EXPECT_NE(server.error_log().find("[emerg]"), std::string::npos);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
    overwrite_header(before);
    EXPECT_TRUE(server.reload());
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Segment, BrokenOfAnotherZoneAtAReloadFailsThatReloadAndTheOldWorkersServe) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto other = server.prefix() / "run" / "other.segment";
    write_file(other, "this is no segment");
    std::filesystem::permissions(other, std::filesystem::perms(0600));
    const std::string good = config.text();
    config.http = "    agent_sessions_zone other capacity=1000 run=" + (server.prefix() / "run").string() +
                  " state=" + (server.prefix() / "state").string() + ";\n";
    server.configure(config.text());
    server.allow_in_log(other.string());
    EXPECT_TRUE(server.reload_refused(other.string()));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    server.configure(good);
    EXPECT_TRUE(server.reload());
    EXPECT_EQ(read_file(other), "this is no segment");
}

TEST_F(Segment, ReplacedUnderTheRunningServerFailsTheReload) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto kept = server.prefix() / "kept.segment";
    std::filesystem::rename(segment(), kept);
    write_file(segment(), "rubbish");
    server.allow_in_log(segment().string());
    EXPECT_TRUE(server.reload_refused(segment().string()));
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    std::filesystem::rename(kept, segment());
    EXPECT_TRUE(server.reload());
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
}

TEST_F(Segment, TwoZonesAreTwoWorlds) {
    config.http = "    agent_sessions_zone other capacity=1000 run=" + (server.prefix() / "run").string() +
                  " state=" + (server.prefix() / "state").string() + ";\n";
    config.locations =
        "        location /other/ { agent_sessions other; agent_sessions_cookie other_session; "
        "proxy_pass http://application; }\n"
        "        location /other-admin/ { agent_sessions_admin other; agent_sessions_admin_account *; "
        "agent_sessions_admin_role admin; }\n";
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    alice.send(navigation("/other/page"));
    const HttpResponse begun = alice.send(navigation("/other/page?login=alice"));
    EXPECT_EQ(status_of(begun), "NEW");
    EXPECT_EQ(admin().current(), 1);
    HttpRequest request;
    request.target = "/other-admin/api/1/sessions";
    const boost::json::object list = parse_object(Connection(origin()).send(request));
    EXPECT_EQ(list.at("total").to_number<int>(), 1);
    EXPECT_EQ(admin().remove(ref_of(begun)).status, 404);
}

}  // namespace
}  // namespace agent_sessions::e2e
