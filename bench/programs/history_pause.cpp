// history_pause NAME=VALUE...: how long the history holds up an event loop: everything that a worker's loop
// does for it, timed call by call while a writer beside it writes what begins and ends. The writer is a
// thread here, a process in nginx.
//
//   seconds   how long (30)
//   rate      begins a second (5000)
//
// A call's time is told twice: as it passed (which contains that the scheduler took the processor away, as
// the line "nothing" shows) and as the processor worked on it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "bench/programs/main.h"
#include "tests/support/history_thread.h"
#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"

namespace agent_sessions::bench {
namespace {

using namespace tracker;
using Clock = std::chrono::steady_clock;
using Nanos = std::chrono::nanoseconds;

constexpr Nanos kGoal = std::chrono::milliseconds{1};

Now read_clocks() noexcept {
    return {std::chrono::floor<Millis>(std::chrono::system_clock::now()),
            BootTime{std::chrono::duration_cast<Millis>(Clock::now().time_since_epoch())}};
}

Nanos processor_time() noexcept {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + Nanos{time.tv_nsec};
}

class Times {
  public:
    template <typename Call>
    void take(const char* name, Call call) {
        const Nanos worked = processor_time();
        const auto passed = Clock::now();
        call();
        samples_[name].push_back({Clock::now() - passed, processor_time() - worked});
    }

    void print() {
        std::printf("%-28s %9s %12s %12s %14s\n", "call", "calls", "99.9 % (us)", "longest (us)",
                    "processor (us)");
        for (auto& [name, samples] : samples_) {
            std::sort(samples.begin(), samples.end(), [](auto& a, auto& b) { return a.passed < b.passed; });
            std::printf("%-28s %9zu %12.1f %12.1f %14.1f\n", name.c_str(), samples.size(),
                        in_us(samples[samples.size() - 1 - samples.size() / 1000].passed),
                        in_us(samples.back().passed), in_us(longest_work(samples)));
        }
    }

    Nanos longest_work() const {
        Nanos longest{};
        for (const auto& [name, samples] : samples_) {
            longest = std::max(longest, longest_work(samples));
        }
        return longest;
    }

  private:
    struct Sample {
        Nanos passed;
        Nanos worked;
    };
    static double in_us(Nanos time) { return static_cast<double>(time.count()) / 1000; }
    static Nanos longest_work(const std::vector<Sample>& samples) {
        return std::max_element(samples.begin(), samples.end(),
                                [](auto& a, auto& b) { return a.worked < b.worked; })
            ->worked;
    }

    std::map<std::string, std::vector<Sample>> samples_;
};

SessionKey key_of(std::uint64_t number) {
    return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
}

// What a worker's event loop does, a millisecond at a time.
class Loop {
  public:
    Loop(Tracker tracker, Times& times) : tracker_(tracker), times_(times) {}

    void tick(std::uint64_t millisecond, std::uint64_t begins) {
        const Now now = read_clocks();
        times_.take("nothing", [] {});
        for (std::uint64_t one = 0; one < begins; ++one) {
            times_.take("begin, with its event", [&] { begin(now); });
        }
        if (millisecond % 20 == 0) {
            times_.take("end and record an act", [&] { terminate(now); });
            times_.take("wake the writer", [&] { tracker_.wake_history(); });
        }
        if (millisecond % 2 == 0) {
            times_.take("ask whether it is durable",
                        [&] { tracker_.is_committed(tracker_.latest_sequence()); });
        }
        if (millisecond % 100 == 0) {
            times_.take("roll quarter hours", [&] { tracker_.roll_quarters(0, 256, now); });
        }
        if (millisecond % 250 == 0) {
            times_.take("renew the election", [&] { tracker_.elect(getpid(), now); });
        }
    }

    std::uint64_t begun() const { return begun_; }
    std::uint64_t untracked() const { return untracked_; }

  private:
    void begin(Now now) {
        BeginRequest request;
        request.key = key_of(begun_ + 1);
        request.started = now.wall;
        request.account = "acme";
        request.agent = "alice";
        request.address = "192.0.2.1";
        request.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        const bool is_begun = tracker_.begin(request, now).result == BeginResult::begun;
        begun_ += is_begun ? 1 : 0;
        untracked_ += is_begun ? 0 : 1;
    }
    void terminate(Now now) {
        tracker_.end(key_of(++ended_), {EndReason::administrator, "root", "Please log in again."}, now);
        ActRequest act;
        act.user = "root";
        act.role = "admin";
        act.accounts = "acme\n";
        act.what = "a ref";
        act.ended = 1;
        tracker_.record_act(act, now);
    }

    Tracker tracker_;
    Times& times_;
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t untracked_ = 0;
};

int run(const Options& options) {
    const std::uint64_t seconds = options.number("seconds", 30);
    const std::uint64_t begins_per_second = options.number("rate", 5'000);
    const testing::TemporaryDirectory directory;
    const std::string path = history::database_path(directory.path().native(), "bench");
    const testing::MemorySegment segment(std::max<std::uint64_t>(seconds * begins_per_second * 5 / 4, 1000));
    const Tracker tracker = segment.tracker(Waiting::event_loop);
    Times times;
    auto writer = std::make_unique<testing::HistoryThread>(tracker, path, read_clocks);
    Loop loop(tracker, times);
    const auto start = Clock::now();
    for (std::uint64_t millisecond = 0; millisecond < seconds * 1000; ++millisecond) {
        const std::uint64_t due = (millisecond + 1) * begins_per_second / 1000;
        loop.tick(millisecond, due - std::min(due, loop.begun() + loop.untracked()));
        std::this_thread::sleep_until(start + std::chrono::milliseconds{millisecond + 1});
    }
    const HistoryStatus status = tracker.history_status();
    writer->finish(std::chrono::seconds{60});
    writer.reset();
    times.print();
    const auto stored =
        history::open_for_reading(path, std::chrono::seconds{1}).integer("SELECT count(*) FROM session");
    std::printf("begun %llu, untracked %llu, in the history %lld, lost %llu; %llu events behind at the end\n",
                static_cast<unsigned long long>(loop.begun()),
                static_cast<unsigned long long>(loop.untracked()), static_cast<long long>(stored),
                static_cast<unsigned long long>(status.lost),
                static_cast<unsigned long long>(status.latest_sequence - status.committed_sequence));
    const bool is_good = times.longest_work() < kGoal && static_cast<std::uint64_t>(stored) == loop.begun();
    std::printf("longest work of one call: %.1f us of 1000 allowed: %s\n",
                static_cast<double>(times.longest_work().count()) / 1000, is_good ? "good" : "MISSED");
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace agent_sessions::bench

int main(int count, char** arguments) {
    using namespace agent_sessions::bench;
    return main_of(std::span(arguments, static_cast<std::size_t>(count)), run);
}
