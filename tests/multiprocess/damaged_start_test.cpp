// nginx starts with a segment of which something overwrote bytes anywhere, its header, locks and indexes
// included (RELIABILITY T8): it is taken, refused as it is, or set aside for its history; and whoever was
// ended stays so.
//
// SOAK=1 does so 10,000 times; SEED=N repeats a run.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/time.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/multiprocess/writers.h"
#include "tests/support/busy_segment.h"
#include "tests/support/soak.h"
#include "tests/support/temporary_directory.h"
#include "tracker/attachment.h"
#include "tracker/history/follower.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::testing {
namespace {

namespace files = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint64_t kSessions = 60;
constexpr std::uint64_t kMostBytes = 64;
constexpr std::array<const char*, 3> kDatabaseFiles{"", "-wal", "-shm"};

bool is_ended(std::uint64_t number) {
    return number % 2 == 0;
}

// A sound segment and its history, to be damaged again and again.
class DamagedStart {
  public:
    DamagedStart() {
        options_.directory = directory_.path() / "run";
        options_.name = "floor";
        files::create_directory(directory_.path() / "state");
        auto outcome = Attachment::open(options_, now());
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        for (std::uint64_t number = 1; number <= kSessions; ++number) {
            tracker.begin(request(number, "agent-" + std::to_string(number % 7)), now());
            tracker.open_instance(handle_of(tracker, number), "Billing", "1", now());
            if (is_ended(number)) {
                tracker.end(key(number), {EndReason::administrator, "root", "The shift is over"}, now());
            }
        }
        write_history(tracker);
        outcome.attachment.reset();
        files::copy_file(segment(), directory_.path() / "sound");
        for (const char* suffix : kDatabaseFiles) {
            if (files::exists(database() + suffix)) {
                files::copy_file(database() + suffix, directory_.path() / ("kept" + std::string(suffix)));
            }
        }
    }

    // Puts both back as they were, and overwrites bytes of the segment.
    void damage(std::mt19937& random) {
        remove_all();
        files::copy_file(directory_.path() / "sound", segment());
        for (const char* suffix : kDatabaseFiles) {
            const files::path kept = directory_.path() / ("kept" + std::string(suffix));
            if (files::exists(kept)) {
                files::copy_file(kept, database() + suffix, files::copy_options::overwrite_existing);
            }
        }
        std::string bytes(1 + random() % kMostBytes, '\0');
        for (char& byte : bytes) {
            constexpr std::array<int, 4> kAwkward{0x00, 0x01, 0x80, 0xff};
            byte = static_cast<char>(random() % 2 == 0 ? random() : kAwkward[random() % kAwkward.size()]);
        }
        std::fstream file(segment(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(place(random)).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    // As nginx does: attaches, loads what the segment does not know, serves. Gives what is wrong.
    enum class Outcome { refused, taken, set_aside };
    std::string start(Outcome& how) {
        auto outcome = Attachment::open(options_, now());
        how = Outcome::refused;
        if (!outcome.attachment) {
            return outcome.error.find(segment()) != std::string::npos ? "" : "it is refused without a name";
        }
        how = outcome.attachment->created() ? Outcome::set_aside : Outcome::taken;
        Tracker tracker = outcome.attachment->tracker(Waiting::event_loop);
        const auto load = history::load_at_start(tracker, database(), now());
        if (!load.fault.empty()) {
            return "its history is not loaded: " + load.fault;
        }
        for (std::uint64_t number = 1; number <= kSessions; ++number) {
            if (is_ended(number) && tracker.find(key(number), now()).state != Found::State::ended) {
                return "session " + std::to_string(number) + " is not ended any more";
            }
        }
        return "";
    }

  private:
    std::string segment() const { return options_.directory + "/floor.segment"; }
    std::string database() const {
        return history::database_path((directory_.path() / "state").native(), "floor");
    }

    void write_history(Tracker tracker) {
        history::Follower follower(tracker, database(), history::Retention{});
        Millis passed{0};
        while (follower.step(later(passed)) != history::Follower::Outcome::idle) {
            passed += 500ms;
        }
    }

    void remove_all() const {
        for (const auto& entry : files::directory_iterator(options_.directory)) {
            if (entry.path().extension() != ".lock") {
                files::remove(entry.path());
            }
        }
        for (const char* suffix : kDatabaseFiles) {
            files::remove(database() + suffix);
        }
    }

    // Somewhere in the header, or in what is used of the areas.
    std::streamoff place(std::mt19937& random) const {
        if (random() % 3 == 0) {
            return static_cast<std::streamoff>(random() % (sizeof(memory::Layout) - kMostBytes));
        }
        const MemorySegment same_size;
        static const std::vector<Area> areas = [&] {
            fill(same_size.tracker());
            return used_areas(same_size.layout());
        }();
        const Area& area = areas[random() % areas.size()];
        return static_cast<std::streamoff>(area.offset + random() % std::max<std::uint64_t>(area.bytes, 1));
    }

    TemporaryDirectory directory_{files::exists("/dev/shm") ? "/dev/shm" : files::temp_directory_path()};
    AttachOptions options_;
};

// What a child that may crash tells.
struct Tally {
    std::uint32_t seed;
    std::array<std::uint32_t, 3> outcomes;
    char problem[200];
};

TEST(DamagedSegment, AtAStartIsTakenRefusedOrSetAsideAndEndedCookiesStayEnded) {
    const std::uint32_t first = seed();
    const std::uint32_t count = is_soak() ? 10'000 : 400;
    auto* const tally = static_cast<Tally*>(
        ::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(tally, MAP_FAILED);
    DamagedStart segment;
    const int status = wait_for(fork_child([&] {
        for (std::uint32_t done = 0; done < count; ++done) {
            tally->seed = first + done;
            std::mt19937 random(tally->seed);
            segment.damage(random);
            // Of processor time, so that a busy machine is no fault.
            const itimerval second{{0, 0}, {1, 0}};
            ::setitimer(ITIMER_VIRTUAL, &second, nullptr);
            DamagedStart::Outcome how{};
            const std::string problem = segment.start(how);
            ++tally->outcomes[static_cast<std::size_t>(how)];
            if (!problem.empty()) {
                std::strncpy(tally->problem, problem.c_str(), sizeof(tally->problem) - 1);
                _exit(1);
            }
        }
    }));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << (WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : tally->problem)
        << ", again with SEED=" << tally->seed;
    std::cout << tally->outcomes[0] << " refused, " << tally->outcomes[1] << " taken, " << tally->outcomes[2]
              << " set aside\n";
    EXPECT_GT(tally->outcomes[2], 0U);
    ::munmap(tally, sizeof(Tally));
}

}  // namespace
}  // namespace agent_sessions::testing
