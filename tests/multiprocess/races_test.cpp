// Processes that change the same sessions at once, and one that is stopped while it holds the lock
// (RELIABILITY T4, T22).
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(Races, AnEndAgainstTouchesIsNeverUndone) {
    constexpr std::uint64_t kRounds = 300;
    for (std::uint64_t round = 1; round <= kRounds; ++round) {
        MemorySegment segment;
        Tracker tracker = segment.tracker(Waiting::event_loop);
        const SessionHandle handle = tracker.begin(request(round, "alice"), now()).handle;
        const pid_t toucher = fork_child([&] {
            for (int i = 1; i < 2000; ++i) {
                tracker.touch(handle, later(Millis{i * 1500}));
            }
        });
        EXPECT_EQ(tracker.end(key(round), {}, now()), EndResult::ended);
        wait_for(toucher);
        ASSERT_EQ(tracker.find(key(round), now()).state, Found::State::ended);
        ASSERT_FALSE(tracker.touch(handle, later(24h)));
    }
}

// What several processes hammer on, in memory that they share.
struct Arena {
    static constexpr std::size_t kSessions = 8;

    std::atomic<std::uint64_t> handles[kSessions];  // slot << 32 | generation
    std::atomic<std::uint64_t> ended[kSessions];    // the handle whose end was answered
    std::atomic<std::uint64_t> touches;
    std::atomic<std::uint64_t> revived;
    std::atomic<bool> is_over;
};

std::uint64_t packed(SessionHandle handle) {
    return std::uint64_t{handle.slot} << 32 | handle.generation;
}

// Touches whatever session stands there, each time as if a second had passed.
void keep_touching(Tracker tracker, Arena& arena) {
    std::uint64_t touches = 0;
    for (Millis passed{1500}; !arena.is_over; passed += 1500ms) {
        for (std::size_t place = 0; place < Arena::kSessions; ++place) {
            // In this order: what had ended before the touch was begun must not be touched by it.
            const std::uint64_t ended = arena.ended[place];
            const std::uint64_t handle = arena.handles[place];
            const SessionHandle session{static_cast<std::uint32_t>(handle >> 32),
                                        static_cast<std::uint32_t>(handle)};
            if (tracker.touch(session, later(passed % (20min))) && handle == ended) {
                ++arena.revived;
            }
        }
        touches += Arena::kSessions;
        if (touches >= 1000) {
            arena.touches += touches;
            touches = 0;
        }
    }
}

// T22: ten million of them in the long form.
TEST(Races, TouchesOfFourProcessesReviveNothingThatHasEnded) {
    const std::uint64_t wanted = is_soak() ? 10'000'000 : 400'000;
    void* memory = mmap(nullptr, sizeof(Arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto& arena = *new (memory) Arena{};
    for (auto& ended : arena.ended) {
        ended = ~std::uint64_t{0};
    }
    MemorySegment segment;
    Tracker tracker = segment.tracker();
    std::vector<pid_t> touchers;
    for (int process = 0; process < 4; ++process) {
        touchers.push_back(fork_child([&] { keep_touching(tracker, arena); }));
    }
    std::uint64_t ends = 0;
    std::uint64_t lived_on = 0;
    for (std::uint64_t number = 1; arena.touches < wanted || ends < wanted / 100; ++number) {
        const std::size_t place = number % Arena::kSessions;
        const SessionHandle handle = tracker.begin(request(number, {}), now()).handle;
        arena.handles[place] = packed(handle);
        ASSERT_EQ(tracker.end(key(number), {EndReason::idle, {}, {}}, now()), EndResult::ended);
        arena.ended[place] = packed(handle);
        ++ends;
        lived_on += tracker.find(key(number), now()).state == Found::State::ended ? 0 : 1;
    }
    arena.is_over = true;
    for (const pid_t toucher : touchers) {
        EXPECT_EQ(wait_for(toucher), 0);
    }
    std::cout << arena.touches << " touches against " << ends << " ends\n";
    EXPECT_EQ(arena.revived, 0U);
    EXPECT_EQ(lived_on, 0U);
    EXPECT_EQ(tracker.overall_usage().current, 0U);
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
    munmap(memory, sizeof(Arena));
}

TEST(Races, OfSimultaneousBeginsWithOneKeyOneBegins) {
    MemorySegment segment;
    Tracker tracker = segment.tracker();
    constexpr int kProcesses = 4;
    constexpr std::uint64_t kKeys = 300;
    std::vector<pid_t> children;
    for (int process = 0; process < kProcesses; ++process) {
        children.push_back(fork_child([&] {
            for (std::uint64_t number = 1; number <= kKeys; ++number) {
                tracker.begin(request(number, "alice"), now());
            }
        }));
    }
    for (const pid_t child : children) {
        EXPECT_EQ(wait_for(child), 0);
    }
    EXPECT_EQ(tracker.overall_usage().current, kKeys);
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
}

TEST(Races, ReadersNeverSeeHalfAChange) {
    MemorySegment segment;
    Tracker tracker = segment.tracker();
    const SessionHandle handle = tracker.begin(request(1, {}), now()).handle;
    const std::string first(100, 'a');
    const std::string second(100, 'b');
    const pid_t writer = fork_child([&] {
        for (;;) {
            tracker.relabel(handle, first, now());
            tracker.relabel(handle, second, now());
        }
    });
    Row row;
    std::uint64_t read = 0;
    for (int i = 0; i < 100'000; ++i) {
        if (segment.tracker(Waiting::event_loop).read_row(key(1), now(), row)) {
            ++read;
            ASSERT_TRUE(row.label == first || row.label == second || row.label.starts_with("a label"))
                << row.label;
        }
    }
    kill(writer, SIGKILL);
    wait_for(writer);
    EXPECT_GT(read, 1000U);
}

TEST(Stopped, WhileAHolderOfTheLockIsStoppedOthersGoOnWithoutIt) {
    MemorySegment segment;
    Tracker patient = segment.tracker();
    const SessionHandle handle = patient.begin(request(1, "alice"), now()).handle;
    const pid_t holder = fork_child([&] {
        steps_left = 5;
        memory::step_hook = [] {
            if (steps_left-- == 0) {
                kill(getpid(), SIGSTOP);
            }
        };
        patient.begin(request(2, "bob"), now());
    });
    int status = 0;
    waitpid(holder, &status, WUNTRACED);
    ASSERT_TRUE(WIFSTOPPED(status));

    Tracker hurried = segment.tracker(Waiting::event_loop);
    EXPECT_EQ(hurried.find(key(1), now()).state, Found::State::live);
    EXPECT_TRUE(hurried.touch(handle, later(5s)));
    EXPECT_EQ(hurried.begin(request(3, "carol"), now()).result, BeginResult::busy);
    EXPECT_EQ(hurried.identify(handle, "dave", now()), IdentifyResult::busy);
    // An end is in force at once all the same; its counts follow.
    const EndRequest end{EndReason::administrator, "root", "words"};
    EXPECT_EQ(hurried.end(key(1), end, now()), EndResult::ended_unsettled);
    EXPECT_EQ(hurried.find(key(1), now()).state, Found::State::ended);
    EXPECT_FALSE(hurried.settle(key(1), end, now()));

    kill(holder, SIGCONT);
    EXPECT_EQ(wait_for(holder), 0);
    EXPECT_TRUE(hurried.settle(key(1), end, now()));
    EXPECT_EQ(hurried.find(key(2), now()).state, Found::State::live);
    EXPECT_EQ(hurried.overall_usage().current, 1U);
    EXPECT_EQ(patient.validate(), std::vector<std::string>{});
}

}  // namespace
}  // namespace agent_sessions::testing
