// A page of 100 sessions, by the number of sessions in the table: the CPU of all its slices, and the longest.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "admin/handle.h"
#include "bench/programs/filled_table.h"

namespace agent_sessions::bench {
namespace {

std::int64_t nanoseconds_of(clockid_t clock) noexcept {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// As long as the module's slices.
class TimedSlice final : public admin::Slice {
  public:
    bool over() const noexcept override { return nanoseconds_of(CLOCK_MONOTONIC) >= end_; }
    tracker::Now now() const noexcept override { return FilledTable::now(); }

  private:
    static constexpr std::int64_t kSlice = 40'000;
    std::int64_t end_ = nanoseconds_of(CLOCK_MONOTONIC) + kSlice;
};

std::unique_ptr<admin::Task> ask(FilledTable& table, const std::string& query) {
    admin::Request request;
    request.method = "GET";
    request.path = "api/1/sessions";
    request.query = query;
    request.host = "bench.test";
    request.caller.user = "bench";
    request.caller.role = "admin";
    request.caller.accounts = "*";
    request.now = FilledTable::now();
    admin::Handled handled = admin::handle(request, table.tracker(), nullptr);
    if (handled.task == nullptr) {
        std::abort();
    }
    return std::move(handled.task);
}

void list_page(benchmark::State& state, const std::string& query) {
    FilledTable& table = FilledTable::of(static_cast<std::uint64_t>(state.range(0)));
    std::int64_t longest = 0;
    std::int64_t slices = 0;
    for (auto _ : state) {
        const auto task = ask(table, query);
        for (bool is_done = false; !is_done; ++slices) {
            const std::int64_t start = nanoseconds_of(CLOCK_THREAD_CPUTIME_ID);
            const auto response = task->step(TimedSlice());
            longest = std::max(longest, nanoseconds_of(CLOCK_THREAD_CPUTIME_ID) - start);
            if (response && response->status != 200) {
                std::abort();
            }
            is_done = response.has_value();
        }
    }
    state.counters["longest_slice_us"] = static_cast<double>(longest) / 1000;
    state.counters["slices"] = static_cast<double>(slices) / static_cast<double>(state.iterations());
}

BENCHMARK_CAPTURE(list_page, newest_first, "sort=-started&limit=100")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(list_page, by_agent, "sort=agent&limit=100")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(list_page, by_last_seen_of_account, "sort=-last_seen&account=account-3&limit=100")
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(list_page, found_by_text, "sort=agent&q=77&limit=100")
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace agent_sessions::bench
