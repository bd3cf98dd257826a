// What main() of each of these programs does: `run` with the arguments, and what went wrong told on stderr.
#pragma once

#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>

#include "bench/programs/options.h"

namespace agent_sessions::bench {

// The status of the process: run()'s, or EXIT_FAILURE where it threw.
inline int main_of(std::span<char*> arguments, int (*run)(const Options&)) {
    try {
        return run(Options(arguments));
    } catch (const std::exception& error) {
        std::cerr << arguments.front() << ": " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

}  // namespace agent_sessions::bench
