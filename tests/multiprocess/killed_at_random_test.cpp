// Processes that are killed with SIGKILL at random moments while they change the table (RELIABILITY T1):
// nothing acknowledged is lost, and nobody waits for the dead.
#include <gtest/gtest.h>

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <thread>

#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What one writer was told, written by it alone, read after its death: one slot per session number.
enum class Told : std::uint8_t { nothing, begun, ending, ended };

struct Ledger {
    static constexpr std::uint64_t kNumbers = 1 << 20;
    static constexpr int kWriters = 8;
    std::atomic<std::uint64_t> next[kWriters];
    std::atomic<std::uint64_t> longest_wait_us;
    std::atomic<std::uint64_t>
        longest_pause_us;  // that the machine's scheduler made somebody who waits for nothing
    std::atomic<std::uint8_t> told[kWriters][kNumbers / kWriters];
};

class SharedLedger {
  public:
    SharedLedger()
        : ledger_(static_cast<Ledger*>(
              mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
    ~SharedLedger() { munmap(ledger_, sizeof(Ledger)); }
    Ledger* operator->() const { return ledger_; }

  private:
    Ledger* ledger_;
};

std::uint64_t session_number(int writer, std::uint64_t index) {
    return static_cast<std::uint64_t>(writer) * 10'000'000 + index + 1;
}

void note_longest(std::atomic<std::uint64_t>& figure, Clock::time_point since) {
    const auto waited = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since).count());
    std::uint64_t longest = figure.load();
    while (waited > longest && !figure.compare_exchange_weak(longest, waited)) {
    }
}

void watch_the_scheduler(const SharedLedger& ledger) {
    for (;;) {
        const auto since = Clock::now();
        for (int i = 0; i < 1000; ++i) {
            asm volatile("");
        }
        note_longest(ledger->longest_pause_us, since);
    }
}

// Begins, opens, closes, names and ends its own sessions until it is killed.
void write_until_killed(const SharedLedger& ledger, Tracker tracker, int writer) {
    std::minstd_rand random(static_cast<unsigned>(getpid()));
    for (std::uint64_t index = ledger->next[writer].load(); index < Ledger::kNumbers / Ledger::kWriters;
         ++index) {
        const std::uint64_t number = session_number(writer, index);
        ledger->next[writer].store(index + 1);
        const std::string agent = "agent-" + std::to_string(random() % 50);
        const auto since = Clock::now();
        const Begun begun = tracker.begin(request(number, agent), now());
        note_longest(ledger->longest_wait_us, since);
        if (begun.result != BeginResult::begun) {
            continue;
        }
        ledger->told[writer][index].store(static_cast<std::uint8_t>(Told::begun));
        tracker.open_instance(begun.handle, "Billing", std::to_string(random() % 3), now());
        tracker.identify(begun.handle, agent, now());
        tracker.relabel(begun.handle, "team " + std::to_string(random() % 5), now());
        tracker.close_instance(begun.handle, "Billing", "1", now());
        if (random() % 4 != 0) {
            ledger->told[writer][index].store(static_cast<std::uint8_t>(Told::ending));
            tracker.end(key(number), {EndReason::administrator, "root", "bye"}, now());
            ledger->told[writer][index].store(static_cast<std::uint8_t>(Told::ended));
        }
    }
}

TEST(KilledAtRandom, NothingAcknowledgedIsLostAndNobodyWaitsForTheDead) {
    MemorySegment segment(200'000);
    Tracker tracker = segment.tracker();
    // As nginx's workers do: whoever finds the lock taken goes on without it.
    const Tracker hurried = segment.tracker(Waiting::event_loop);
    const SharedLedger ledger;
    pid_t writers[Ledger::kWriters];
    const auto start_writer = [&](int writer) {
        writers[writer] = fork_child([&] { write_until_killed(ledger, hurried, writer); });
    };
    for (int writer = 0; writer < Ledger::kWriters; ++writer) {
        start_writer(writer);
    }
    const pid_t watcher = fork_child([&] { watch_the_scheduler(ledger); });
    std::minstd_rand random(seed());
    const int kills = is_soak() ? 20'000 : 800;
    for (int killed = 0; killed < kills; ++killed) {
        std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 3000));
        const int victim = static_cast<int>(random() % Ledger::kWriters);
        kill(writers[victim], SIGKILL);
        wait_for(writers[victim]);
        start_writer(victim);
    }
    for (const pid_t writer : writers) {
        kill(writer, SIGKILL);
        wait_for(writer);
    }
    kill(watcher, SIGKILL);
    wait_for(watcher);

    tracker.sweep(0, 1'000'000, later(2s));
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
    EXPECT_GE(tracker.figures().recoveries, 1U);
    std::uint64_t live = 0;
    for (int writer = 0; writer < Ledger::kWriters; ++writer) {
        for (std::uint64_t index = 0; index < ledger->next[writer].load(); ++index) {
            const auto told = static_cast<Told>(ledger->told[writer][index].load());
            const auto state = tracker.find(key(session_number(writer, index)), now()).state;
            live += state == Found::State::live ? 1 : 0;
            if (told == Told::begun) {
                EXPECT_EQ(state, Found::State::live);
            } else if (told == Told::ended) {
                EXPECT_EQ(state, Found::State::ended);
            }
        }
    }
    EXPECT_EQ(tracker.overall_usage().current, live);
    EXPECT_EQ(tracker.figures().live, live);
    // What the scheduler of a busy machine takes from somebody who waits for nothing is not the lock's.
    EXPECT_LT(ledger->longest_wait_us.load(), 200'000U + 2 * ledger->longest_pause_us.load());
    std::cout << "recoveries " << tracker.figures().recoveries << ", longest wait "
              << ledger->longest_wait_us.load() << " us, longest pause of the scheduler "
              << ledger->longest_pause_us.load() << " us, live " << live << "\n";
}

}  // namespace
}  // namespace agent_sessions::testing
