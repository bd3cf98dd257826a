// Eight threads on one table, watched by ThreadSanitizer (RELIABILITY T33): every word that two of them use
// at once is ordered by the lock or by an atomic of its own.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/memory_segment.h"
#include "tests/support/soak.h"
#include "tracker/history_feed.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using namespace tracker;

// Few enough for the threads to meet at the same sessions all the time.
constexpr std::uint64_t kKeys = 64;
constexpr int kThreads = 8;

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
    return begin;
}

// What the threads have in common beside the table.
struct Shared {
    MemorySegment segment;
    // Keys are used once: a key whose end was acknowledged is never seen alive again.
    std::array<std::atomic<std::uint64_t>, kKeys> latest{};
    std::array<std::atomic<std::uint64_t>, kKeys> ended{};
    std::atomic<std::uint64_t> revived{0};
    std::atomic<std::uint64_t> steps{0};
};

class Worker {
  public:
    Worker(Shared& shared, std::uint32_t seed)
        : shared_(shared),
          random_(seed),
          // As nginx's workers do, or as those that have time.
          tracker_(shared.segment.tracker(seed % 2 == 0 ? Waiting::event_loop : Waiting::patient)) {}

    void step() {
        const std::uint64_t place = random_() % kKeys;
        const Now now = shared_.segment.start();
        const std::uint64_t gone = shared_.ended[place].load();
        const std::uint64_t number = shared_.latest[place].load();
        if (gone != 0 && tracker_.find_unproven(key(gone), now, true).state == Found::State::live) {
            ++shared_.revived;
        }
        const Found found = tracker_.find(key(number), now);
        switch (random_() % 12) {
            case 0:
                begin_next(place, number, now);
                break;
            case 1:
                end(place, number, now);
                break;
            case 2:
                tracker_.open_instance(found.handle, "Billing", std::to_string(random_() % 3), now);
                break;
            case 3:
                tracker_.close_instance(found.handle, "Billing", "1", now);
                break;
            case 4:
                tracker_.identify(found.handle, random_() % 2 == 0 ? "alice" : "bob", now);
                break;
            case 5:
                tracker_.relabel(found.handle,
                                 random_() % 2 == 0 ? "north" : "a team of many words, in several blocks",
                                 now);
                break;
            case 6:
                tracker_.sweep(static_cast<std::uint32_t>(random_() % 1000), 64,
                               {now.wall + 2s, now.boot + 2s});
                break;
            case 7:
                tracker_.rekey(found.handle, key(1'000'000'000 + number), 0, now);
                break;
            case 8:
                list(now);
                break;
            case 9:
                follow();
                break;
            case 10:
                tracker_.note_stranger(key(number + 1), now);
                tracker_.is_on_probation(key(number));
                tracker_.count_request(found.handle);
                break;
            default:
                tracker_.read_row(key(number), now, row_, true);
                tracker_.ended_facts(found.handle);
                tracker_.accounts();
                break;
        }
        ++shared_.steps;
    }

  private:
    void begin_next(std::uint64_t place, std::uint64_t number, Now now) {
        const std::uint64_t next = number + kKeys;
        if (tracker_.begin(request(place + next, "alice"), now).result == BeginResult::begun) {
            shared_.latest[place].store(place + next);
        }
    }

    void end(std::uint64_t place, std::uint64_t number, Now now) {
        const EndRequest why{random_() % 2 == 0 ? EndReason::administrator : EndReason::idle, "root", "bye"};
        if (tracker_.end(key(number), why, now) == EndResult::ended) {
            shared_.ended[place].store(number);
        }
    }

    void list(Now now) {
        RowCursor cursor;
        tracker_.read_rows(
            cursor, 200, now, [](const Tracker::Glance&) { return true; }, [](const Row&) {});
    }

    void follow() {
        HistoryFeed feed(tracker_);
        Event event;
        const std::uint64_t latest = tracker_.latest_sequence();
        for (std::uint64_t sequence = feed.oldest_sequence(); sequence <= latest && sequence % 50 != 0;
             ++sequence) {
            feed.read_event(sequence, event);
        }
        feed.accounts();
        feed.closed_quarters();
    }

    Shared& shared_;
    std::minstd_rand random_;
    Tracker tracker_;
    Row row_;
};

TEST(Threads, MeetOnOneTableWithoutARace) {
    Shared shared;
    const std::uint64_t steps = is_soak() ? 20'000'000 : 20'000;
    const std::uint32_t first_seed = seed();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&shared, steps, seed = first_seed + static_cast<std::uint32_t>(thread)] {
            Worker worker(shared, seed);
            while (shared.steps.load() < steps) {
                worker.step();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    Tracker tracker = shared.segment.tracker();
    tracker.sweep(0, 100'000, {MemorySegment::start().wall + 5s, MemorySegment::start().boot + 5s});
    EXPECT_EQ(shared.revived.load(), 0U);
    EXPECT_EQ(tracker.validate(), std::vector<std::string>{});
    EXPECT_GT(tracker.latest_sequence(), 100U) << "they changed something";
}

// A reader at the oldest events, which are overwritten under its eyes: it is told so, and believes nothing of
// what it read.
TEST(Threads, AnEventThatIsOverwrittenWhileItIsReadIsNotBelieved) {
    MemorySegment segment;
    const Now now = MemorySegment::start();
    std::atomic<bool> is_over{false};
    std::thread writer([&] {
        Tracker tracker = segment.tracker(Waiting::patient);
        const SessionHandle handle = tracker.begin(request(1, "alice"), now).handle;
        for (int i = 0; i < 20'000; ++i) {
            tracker.open_instance(handle, i % 2 == 0 ? "even" : "odd", "1", now);
        }
        is_over.store(true);
    });
    HistoryFeed feed(segment.tracker());
    Event event;
    while (!is_over.load()) {
        if (feed.read_event(feed.oldest_sequence(), event) == EventRead::read) {
            EXPECT_TRUE(event.text == "even" || event.text == "odd" || event.text == "alice") << event.text;
        }
    }
    writer.join();
    EXPECT_EQ(feed.read_event(feed.oldest_sequence(), event), EventRead::read);
}

// Names of one length, so that a mixture of two would look like a name.
TEST(Threads, AnEventWhoseNameIsErasedWhileItIsReadTellsOneNameOrTheOther) {
    MemorySegment segment;
    const Now now = MemorySegment::start();
    Tracker tracker = segment.tracker(Waiting::patient);
    const auto name = [](std::size_t index) { return std::string(60, static_cast<char>('a' + index % 26)); };
    tracker.begin(request(1, name(0)), now);
    std::atomic<bool> is_over{false};
    std::thread eraser([&] {
        HistoryFeed feed(segment.tracker());
        for (std::size_t i = 0; i < 300; ++i) {
            feed.erase_agent({"*", name(i), name(i + 1)});
        }
        is_over.store(true);
    });
    HistoryFeed feed(segment.tracker());
    Event event;
    while (!is_over.load()) {
        if (feed.read_event(1, event) == EventRead::read) {
            EXPECT_EQ(event.text, std::string(60, event.text.front()));
        }
    }
    eraser.join();
    ASSERT_EQ(feed.read_event(1, event), EventRead::read);
    EXPECT_EQ(event.text, name(300));
}

}  // namespace
}  // namespace agent_sessions::testing
