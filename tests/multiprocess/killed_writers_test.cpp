// Processes that are killed with SIGKILL while they change the table, at random moments and between any two
// stores (RELIABILITY T1, T2): afterwards every change has happened wholly or not at all, and nobody waited
// for the dead.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "tests/support/memory_segment.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

SessionKey key(std::uint64_t number) {
    return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
}

BeginRequest request(std::uint64_t number, std::string_view agent) {
    BeginRequest begin;
    begin.key = key(number);
    begin.started = MemorySegment::start().wall;
    begin.account = number % 3 == 0 ? "acme" : "globex";
    begin.agent = agent;
    begin.label = "a label that takes more than one block of text";
    begin.address = "127.0.0.1";
    begin.user_agent =
        "Mozilla/5.0 (X11; Linux x86_64) of several blocks, as they are in the world out there";
    return begin;
}

pid_t fork_child(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

std::uint32_t steps_left = 0;

void die_at_step() {
    if (steps_left-- == 0) {
        kill(getpid(), SIGKILL);
    }
}

// A change, what the table looks like before and after it, and a way to prepare.
struct Change {
    const char* name;
    std::function<void(Tracker&)> prepare;
    std::function<void(Tracker&)> apply;
    std::function<bool(Tracker&)> is_before;
    std::function<bool(Tracker&)> is_after;
};

Now now() {
    return MemorySegment::start();
}

Now later(Millis by) {
    return {now().wall + by, now().boot + by};
}

SessionHandle handle_of(Tracker& tracker, std::uint64_t number) {
    return tracker.find(key(number), now()).handle;
}

std::string agent_of(Tracker& tracker, std::uint64_t number) {
    Row row;
    return tracker.read_row(key(number), now(), row) ? row.agent : "(none)";
}

std::uint32_t instances_of(Tracker& tracker, std::uint64_t number) {
    Row row;
    return tracker.read_row(key(number), now(), row) ? row.instances : 9999;
}

std::uint64_t promised_nonce(Tracker& tracker) {
    return tracker.layout()->cold(handle_of(tracker, 1).slot).successor_nonce.load();
}

bool is_state(Tracker& tracker, std::uint64_t number, Found::State state) {
    return tracker.find(key(number), now()).state == state;
}

const std::string kLongName(128, 'n');

const Change kChanges[] = {
    {"begin", [](Tracker&) {}, [](Tracker& t) { t.begin(request(1, kLongName), now()); },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && t.overall_usage().current == 0; },
     [](Tracker& t) {
         return is_state(t, 1, Found::State::live) && t.overall_usage().current == 1 &&
                agent_of(t, 1) == kLongName;
     }},
    {"identify", [](Tracker& t) { t.begin(request(1, {}), now()); },
     [](Tracker& t) { t.identify(handle_of(t, 1), kLongName, now()); },
     [](Tracker& t) { return agent_of(t, 1).empty() && t.overall_usage().agents == 0; },
     [](Tracker& t) { return agent_of(t, 1) == kLongName && t.overall_usage().agents == 1; }},
    {"relabel", [](Tracker& t) { t.begin(request(1, {}), now()); },
     [](Tracker& t) { t.relabel(handle_of(t, 1), "other words that also take more than one block", now()); },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.label.starts_with("a label");
     },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.label.starts_with("other");
     }},
    {"open", [](Tracker& t) { t.begin(request(1, "alice"), now()); },
     [](Tracker& t) { t.open_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) { return instances_of(t, 1) == 0; }, [](Tracker& t) { return instances_of(t, 1) == 1; }},
    {"close",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), kLongName, "7", now());
     },
     [](Tracker& t) { t.close_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) { return instances_of(t, 1) == 1; }, [](Tracker& t) { return instances_of(t, 1) == 0; }},
    {"rename",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), "Billing", "7", now());
     },
     [](Tracker& t) { t.open_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.interactions == std::vector<std::string>{"Billing"};
     },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.interactions == std::vector<std::string>{kLongName};
     }},
    {"end",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), kLongName, "7", now());
         t.open_instance(handle_of(t, 1), "Billing", "8", now());
     },
     [](Tracker& t) {
         t.end(key(1), {EndReason::administrator, "root", kLongName}, now());
     },
     [](Tracker& t) { return is_state(t, 1, Found::State::live) && t.overall_usage().current == 1; },
     // Refused from the first instant on; the counts follow at the latest with the sweep.
     [](Tracker& t) {
         t.sweep(0, 1000, later(2s));
         return is_state(t, 1, Found::State::ended) && t.overall_usage().current == 0 &&
                t.overall_usage().agents == 0;
     }},
    {"forget",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {EndReason::administrator, "root", kLongName}, now());
     },
     [](Tracker& t) { t.sweep(0, 1000, later(72h)); },
     [](Tracker& t) { return is_state(t, 1, Found::State::ended) && t.figures().ended == 1; },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && t.figures().ended == 0; }},
    {"mark",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {}, now());
     },
     [](Tracker& t) { t.use_reactivation(handle_of(t, 1), 0); },
     [](Tracker& t) { return t.ended_facts(handle_of(t, 1))->reactivations == 0; },
     [](Tracker& t) { return t.ended_facts(handle_of(t, 1))->reactivations == 1; }},
    {"successor",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {EndReason::idle, {}, {}}, now());
         t.successor(handle_of(t, 1), 1, now());
     },
     [](Tracker& t) { t.successor(handle_of(t, 1), 2, later(20s)); },
     [](Tracker& t) { return promised_nonce(t) == 1; }, [](Tracker& t) { return promised_nonce(t) == 2; }},
    {"licence", [](Tracker& t) { t.begin(request(1, "alice"), now()); },
     [](Tracker& t) {
         const License license[] = {{"globex", 25, "America/Argentina/ComodRivadavia"}};
         t.set_licenses(license);
     },
     [](Tracker& t) {
         return t.account_usage("globex")->time_zone.empty() && !t.account_usage("globex")->total;
     },
     [](Tracker& t) {
         return t.account_usage("globex")->time_zone == "America/Argentina/ComodRivadavia" &&
                t.account_usage("globex")->total == 25U;
     }},
};

class KilledAtEveryStep : public ::testing::TestWithParam<Change> {};

TEST_P(KilledAtEveryStep, TheStateIsBeforeOrAfterNeverBetween) {
    const Change& change = GetParam();
    bool has_survived = false;
    std::uint32_t deaths = 0;
    std::uint32_t seen_before = 0;
    std::uint32_t seen_after = 0;
    for (std::uint32_t steps = 0; !has_survived; ++steps) {
        MemorySegment segment;
        Tracker tracker = segment.tracker();
        change.prepare(tracker);
        const int status = wait_for(fork_child([&] {
            steps_left = steps;
            memory::step_hook = die_at_step;
            change.apply(tracker);
        }));
        has_survived = WIFEXITED(status);
        deaths += has_survived ? 0 : 1;
        // The first to take the lock undoes what the dead one left.
        EXPECT_EQ(tracker.validate(), std::vector<std::string>{}) << change.name << " step " << steps;
        const bool before = change.is_before(tracker);
        const bool after = !before && change.is_after(tracker);
        seen_before += before ? 1 : 0;
        seen_after += after ? 1 : 0;
        ASSERT_TRUE(before || after) << change.name << " killed at step " << steps
                                     << " is neither before nor after";
        EXPECT_EQ(tracker.validate(), std::vector<std::string>{}) << change.name << " step " << steps;
        ASSERT_LT(steps, 100'000U);
    }
    EXPECT_GE(deaths, 3U);
    EXPECT_GT(seen_before, 0U);
    EXPECT_GT(seen_after, 0U);
}

INSTANTIATE_TEST_SUITE_P(Changes, KilledAtEveryStep, ::testing::ValuesIn(kChanges),
                         [](const auto& info) { return std::string(info.param.name); });

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
    std::minstd_rand random(20261125);
    for (int killed = 0; killed < 800; ++killed) {
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
