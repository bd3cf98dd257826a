// What the gateway does with a request's cookie.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "bench/programs/filled_table.h"
#include "ngx_module/gateway/cookie_parser.h"

namespace agent_sessions::bench {
namespace {

void parse_cookie(benchmark::State& state, const std::string& before, const std::string& after) {
    Mint mint;
    const std::string line =
        before + "agent_session=" + std::string(mint.make(FilledTable::now().wall).view()) + after;
    const std::array<std::string_view, 1> lines{line};
    for (auto _ : state) {
        benchmark::DoNotOptimize(gateway::find_cookie(lines, "agent_session"));
    }
}

void parse_lone_cookie(benchmark::State& state) {
    parse_cookie(state, "", "");
}
BENCHMARK(parse_lone_cookie);

void parse_cookie_among_others(benchmark::State& state) {
    parse_cookie(state,
                 "theme=dark; csrf=0123456789abcdef0123456789abcdef; _ga=GA1.2.1234567890.1234567890; ",
                 "; JSESSIONID=0123456789ABCDEF0123456789ABCDEF; lang=fr-FR");
}
BENCHMARK(parse_cookie_among_others);

void recognise_token(benchmark::State& state) {
    Mint mint;
    const gateway::Token token = mint.make(FilledTable::now().wall);
    for (auto _ : state) {
        benchmark::DoNotOptimize(mint.signer().name(token.view()));
    }
}
BENCHMARK(recognise_token);

void verify_token(benchmark::State& state) {
    Mint mint;
    const gateway::Token token = mint.make(FilledTable::now().wall);
    for (auto _ : state) {
        benchmark::DoNotOptimize(mint.signer().verify(token.view()));
    }
}
BENCHMARK(verify_token);

void mint_token(benchmark::State& state) {
    Mint mint;
    for (auto _ : state) {
        benchmark::DoNotOptimize(mint.make(FilledTable::now().wall));
    }
}
BENCHMARK(mint_token);

}  // namespace
}  // namespace agent_sessions::bench
