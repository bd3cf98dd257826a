// Segments that are damaged, foreign, gone, or have no room (RELIABILITY T8, T9, T11, T12, T13, T44).
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <random>

#include "tests/e2e/support/history_test.h"
#include "tests/e2e/support/load.h"
#include "tests/e2e/support/mapped_segment.h"
#include "tests/e2e/support/small_disk.h"
#include "tests/support/soak.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::e2e {
namespace {

using agent_sessions::testing::is_soak;
using tracker::memory::Layout;

// Long enough for the file's next look, which is taken every 10 s.
constexpr std::chrono::seconds kNextLook{15};

class SegmentFaults : public HistoryTest {
  protected:
    std::filesystem::path run() const { return server.prefix() / "run"; }
    std::filesystem::path segment() const { return run() / (std::string(kZone) + ".segment"); }

    std::vector<std::filesystem::path> set_aside() const {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(run())) {
            if (entry.path().filename().string().find(".damaged-") != std::string::npos) {
                files.push_back(entry.path());
            }
        }
        return files;
    }

    void overwrite(std::uint64_t position, const std::string& bytes) const {
        std::fstream file(segment(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(position))
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    // The start is refused with these words and the segment's name.
    void expect_refused(const std::string& words) {
        const CommandResult refused = server.start_refused();
        EXPECT_NE(refused.output.find("[emerg]"), std::string::npos) << refused.output;
        EXPECT_NE(refused.output.find(words), std::string::npos) << words << '\n' << refused.output;
        EXPECT_NE(refused.output.find(segment().string()), std::string::npos) << refused.output;
    }
    // … and nothing of the file has changed.
    void expect_refused_and_left(const std::string& words) {
        const std::string before = read_file(segment());
        expect_refused(words);
        EXPECT_TRUE(read_file(segment()) == before) << words;
    }

    // Everything below this place, without what changes by being used.
    std::map<std::string, std::string> places(const std::filesystem::path& directory) const {
        std::map<std::string, std::string> places;
        for (const auto& [name, text] : snapshot(directory)) {
            const bool comes_and_goes = name.ends_with("-wal") || name.ends_with("-shm");
            if (!comes_and_goes) {
                places[name] = text.substr(0, std::min(text.find(" size"), text.find(" changed")));
            }
        }
        return places;
    }
};

TEST_F(SegmentFaults, ADamagedOneIsSetAsideAndNginxStartsFromItsHistory) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const std::vector<Ended> ended{end_a_session(), end_a_session()};
    server.quit();
    MappedSegment(segment()).layout().totals.live.fetch_add(1);
    start();
    const auto files = set_aside();
    ASSERT_EQ(files.size(), 1U);
    EXPECT_TRUE(wait_for_log("[warn]", "segment \"" + segment().string() +
                                           "\" is damaged and was set aside as \"" + files[0].string() +
                                           "\": the number of live sessions is 2, a recount gives 1"))
        << said();
    expect_ended(ended);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(text_of(admin().read("sessions/" + ref), "agent"), "alice");
    EXPECT_EQ(MappedSegment(segment()).tracker().validate(), std::vector<std::string>{});
    EXPECT_TRUE(end_a_session().durable);
    struct stat kept {};
    ASSERT_EQ(stat(files[0].c_str(), &kept), 0);
    EXPECT_EQ(kept.st_mode & 07777, 0600U);
    // And once more: nothing that was set aside is lost by the next.
    server.quit();
    MappedSegment(segment()).layout().totals.live.fetch_add(1);
    start();
    EXPECT_EQ(set_aside().size(), 2U);
    expect_ended(ended);
}

TEST_F(SegmentFaults, HealthTellsWhatIsWrongInTheSegmentInUse) {
    start();
    begin_sessions(3, "agent");
    const auto check = [&] {
        HttpRequest request;
        request.target = "/admin/health/segment";
        return admin().send(request);
    };
    const HttpResponse sound = check();
    EXPECT_EQ(sound.status, 200) << sound.body;
    EXPECT_EQ(sound.body, R"({"status":"sound","findings":[]})");
    MappedSegment(segment()).layout().totals.live.fetch_add(1);
    const HttpResponse damaged = check();
    EXPECT_EQ(damaged.status, 503);
    EXPECT_NE(damaged.body.find("the number of live sessions is 4, a recount gives 3"), std::string::npos)
        << damaged.body;
}

// Bytes anywhere, and the whole way: what multiprocess DamagedSegment.* does thousands of times without
// nginx.
TEST_F(SegmentFaults, WhateverWasOverwrittenEndedCookiesStayEnded) {
    const std::uint32_t seed = agent_sessions::testing::seed();
    std::minstd_rand random(seed);
    start();
    std::vector<Ended> ended;
    for (int ends = 0; ends < 5; ++ends) {
        ended.push_back(end_a_session());
        ASSERT_TRUE(ended.back().durable);
    }
    server.quit();
    const std::string sound = read_file(segment());
    const tracker::memory::Geometry geometry = MappedSegment(segment()).layout().geometry;
    const std::uint64_t areas[] = {sizeof(Layout) - 8, geometry.hot_offset, geometry.cold_offset,
                                   geometry.group_offset, geometry.text_offset};
    int refused = 0;
    for (int damage = 0; damage < (is_soak() ? 300 : 12) && !HasFailure(); ++damage) {
        SCOPED_TRACE("SEED=" + std::to_string(seed) + ", damage " + std::to_string(damage));
        for (int overwrites = 0; overwrites < 4; ++overwrites) {
            const std::uint64_t area = areas[random() % std::size(areas)];
            const std::uint64_t position = area < sizeof(Layout) ? random() % area : area + random() % 512;
            overwrite(position, std::string(1 + random() % 64, static_cast<char>(random())));
        }
        server.configure(config.text());
        const CommandResult result = server.command({});
        if (result.exit_code == 0) {
            ASSERT_TRUE(wait_until([&] { return server.workers().size() == 2; })) << server.error_log();
            expect_ended(ended);
            server.quit();
        } else {
            ++refused;
            EXPECT_NE(result.output.find(segment().string()), std::string::npos) << result.output;
            server.allow_in_log(segment().string());
        }
        std::ofstream(segment(), std::ios::binary) << sound;
    }
    std::cout << refused << " refused, " << set_aside().size() << " set aside\n";
}

TEST_F(SegmentFaults, ForeignOnesAreRefusedByNameAndLeftAsTheyAre) {
    start();
    server.stop();
    const std::string good = read_file(segment());
    overwrite(offsetof(Layout, byte_order), std::string("\x01\x02\x03\x04", 4));
    expect_refused_and_left("was made on a machine of another byte order");
    std::ofstream(segment(), std::ios::binary) << good;
    overwrite(offsetof(Layout, header_bytes), std::string("\x01\0\0\0", 4));
    expect_refused_and_left("has layout version");
    std::ofstream(segment(), std::ios::binary) << good;
    overwrite(offsetof(Layout, geometry), std::string("\xff\xff\xff", 3));
    expect_refused_and_left("has sizes that do not fit together");
    std::ofstream(segment(), std::ios::binary) << good;
    chmod(segment().c_str(), 0444);
    expect_refused_and_left("has permissions other than 0600");
    chmod(segment().c_str(), 0600);
    if (geteuid() == 0) {
        run_command({"chown", "nobody", segment().string()});
        expect_refused_and_left("belongs to another user");
        run_command({"chown", "www-data", segment().string()});
    }
    EXPECT_TRUE(server.start());
}

TEST_F(SegmentFaults, WithoutRoomForItTheStartIsRefused) {
    SmallDisk disk(run(), geteuid() == 0 ? "www-data" : std::to_string(geteuid()));
    if (!disk.fault().empty()) {
        std::cout << "no small disk could be mounted (" << disk.fault() << ")\n";
        return;
    }
    config.capacity = "100000";
    server.configure(config.text());
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("cannot reserve"), std::string::npos) << refused.output;
    EXPECT_NE(refused.output.find("No space left on device"), std::string::npos) << refused.output;
    EXPECT_FALSE(std::filesystem::exists(segment()));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(run()), {}), 1) << "the lock alone";
    server.stop();
}

TEST_F(SegmentFaults, OneThatIsRemovedUnderTheRunningServerIsNoticedAndServesOn) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const auto elsewhere = server.prefix() / "elsewhere";
    std::filesystem::rename(segment(), elsewhere);
    const auto says = [&](const char* words) {
        return wait_until([&] { return count_in_log(words) != 0; }, kNextLook);
    };
    EXPECT_TRUE(says("was removed or replaced; its sessions will be lost when nginx stops")) << said();
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    const Ended ended = end_a_session();
    EXPECT_TRUE(ended.durable);
    std::filesystem::rename(elsewhere, segment());
    EXPECT_TRUE(says("is in place again")) << said();
    ASSERT_TRUE(server.reload());
    expect_ended({ended});
}

TEST_F(SegmentFaults, ACapacityTooSmallForWhatIsThereIsRefusedAndNothingIsLost) {
    config.capacity = "3000";
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    const Ended ended = end_a_session();
    begin_sessions(1100, "agent");
    server.quit();
    config.capacity = "1000";
    server.configure(config.text());
    expect_refused("holds 1101 live sessions, more than capacity=1000");
    config.capacity = "2000";
    start();
    EXPECT_EQ(admin().current(), 1101);
    EXPECT_EQ(status_of(alice.send(navigation("/app"))), "ACTIVE");
    expect_ended({ended});
}

TEST_F(SegmentFaults, CommandsChangeNothingOfItUnderLoad) {
    start();
    Browser alice = browser();
    begin_session(alice, "alice");
    std::vector<Browser> busy;
    busy.push_back(std::move(alice));
    Load load(std::move(busy));
    ASSERT_TRUE(wait_until([&] { return history.number("SELECT count(*) FROM session") == 1; }));
    const auto run_before = places(run());
    const auto state_before = places(server.prefix() / "state");
    for (int time = 0; time < (is_soak() ? 100 : 5); ++time) {
        for (const char* argument : {"-t", "-T", "-v", "-V"}) {
            EXPECT_EQ(server.command({argument}).exit_code, 0) << argument;
        }
        EXPECT_EQ(server.command({"-s", "reload"}).exit_code, 0);
        if (geteuid() == 0) {
            std::vector<std::string> as_user = server.program({"-t"});
            as_user.insert(as_user.begin(),
                           {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"});
            run_command(as_user);
        }
    }
    load.stop();
    EXPECT_EQ(load.failures(), std::vector<std::string>{});
    EXPECT_EQ(places(run()), run_before);
    EXPECT_EQ(places(server.prefix() / "state"), state_before);
}

class Umask : public SegmentFaults, public ::testing::WithParamInterface<mode_t> {};

TEST_P(Umask, NobodyElseReadsAnything) {
    const mode_t before = umask(GetParam());
    start();
    umask(before);
    EXPECT_TRUE(end_a_session().durable);
    ASSERT_TRUE(server.reload());
    ASSERT_NE(server.upgrade(), 0);
    for (const char* place : {"run", "state"}) {
        struct stat status {};
        ASSERT_EQ(stat((server.prefix() / place).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0700U) << place;
        for (const auto& entry : std::filesystem::directory_iterator(server.prefix() / place)) {
            if (stat(entry.path().c_str(), &status) != 0) {
                continue;  // the database's log comes and goes
            }
            EXPECT_EQ(status.st_mode & 07777, 0600U) << entry.path();
            if (geteuid() == 0) {
                EXPECT_NE(run_command({"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--",
                                       "cat", entry.path().string()})
                              .exit_code,
                          0)
                    << entry.path();
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OfRootsShell, Umask, ::testing::Values(0000, 0022, 0077));

}  // namespace
}  // namespace agent_sessions::e2e
