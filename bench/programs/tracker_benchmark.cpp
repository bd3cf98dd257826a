// What the tracker does, by the number of sessions in the table; sessions are met in random order.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "bench/programs/filled_table.h"
#include "ngx_module/gateway/cookie_parser.h"

namespace agent_sessions::bench {
namespace {

void at_each_size(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
}

void find_session(benchmark::State& state) {
    FilledTable& table = FilledTable::of(static_cast<std::uint64_t>(state.range(0)));
    RandomOrder order(table.tokens().size());
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            table.tracker().find_unproven(table.tokens()[order.next()].key, FilledTable::now()));
    }
}
BENCHMARK(find_session)->Apply(at_each_size);

std::vector<tracker::SessionHandle> handles_of(FilledTable& table) {
    std::vector<tracker::SessionHandle> handles;
    handles.reserve(table.tokens().size());
    for (const gateway::Token& token : table.tokens()) {
        handles.push_back(table.tracker().find_unproven(token.key, FilledTable::now()).handle);
    }
    return handles;
}

void touch_session(benchmark::State& state) {
    FilledTable& table = FilledTable::of(static_cast<std::uint64_t>(state.range(0)));
    const std::vector<tracker::SessionHandle> handles = handles_of(table);
    RandomOrder order(handles.size());
    tracker::Now now = FilledTable::now();
    for (auto _ : state) {
        // So late that each touch has something to store.
        now.boot += std::chrono::seconds{1};
        benchmark::DoNotOptimize(table.tracker().touch(handles[order.next()], now));
    }
    for (const tracker::SessionHandle handle : handles) {
        table.tracker().touch(handle, FilledTable::now());
    }
}
BENCHMARK(touch_session)->Apply(at_each_size);

// The whole of a known session's request: parse, recognise, look up, touch.
void known_request(benchmark::State& state) {
    FilledTable& table = FilledTable::of(static_cast<std::uint64_t>(state.range(0)));
    RandomOrder order(table.tokens().size());
    std::string line = "agent_session=" + std::string(gateway::kTokenLength, '.');
    const std::array<std::string_view, 1> lines{line};
    for (auto _ : state) {
        const std::string_view token = table.tokens()[order.next()].view();
        token.copy(line.data() + (line.size() - token.size()), token.size());
        const gateway::CookieValue cookie = gateway::find_cookie(lines, "agent_session");
        const auto name = table.mint().signer().name(cookie.value);
        const tracker::Found found = table.tracker().find_unproven(*name, FilledTable::now());
        benchmark::DoNotOptimize(table.tracker().touch(found.handle, FilledTable::now()));
    }
}
BENCHMARK(known_request)->Apply(at_each_size);

constexpr std::int64_t kChanges = 100'000;

// Mint, insert, event, and the details of a session.
void begin_session(benchmark::State& state) {
    const auto sessions = static_cast<std::uint64_t>(state.range(0));
    FilledTable table(sessions, kChanges);
    std::uint64_t number = sessions;
    for (auto _ : state) {
        benchmark::DoNotOptimize(table.begin(number++));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(begin_session)->Apply(at_each_size)->Iterations(kChanges);

void end_session(benchmark::State& state) {
    const auto sessions = static_cast<std::uint64_t>(state.range(0));
    FilledTable table(sessions);
    const std::uint64_t step = 7919;  // no order that the slots stand in
    std::uint64_t number = 0;
    for (auto _ : state) {
        number = (number + step) % sessions;
        benchmark::DoNotOptimize(table.tracker().end(table.tokens()[number].key, {}, FilledTable::now()));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(end_session)->Arg(1'000)->Iterations(1'000);
BENCHMARK(end_session)->Arg(100'000)->Arg(1'000'000)->Iterations(kChanges);

}  // namespace
}  // namespace agent_sessions::bench
