// Runs a few short processes over the tracker's real code in every order that can make a difference.
//
// The processes take turns in one thread. Before each access to a shared word (stand_in/) one of them is
// chosen to go on; a run is repeated from the start with another choice until none is left. Two orders that
// differ only in accesses that do not conflict give the same result, so only one of them is run (sleep sets),
// and words that only one process uses are no points of choice at all: which those are is learned, and
// whenever another conflict is seen the search begins anew. A model may have a victim, which is also killed
// before each of its writes; then its lock is found as that of a dead owner.
//
// Memory is sequentially consistent here. One model at a time, in one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace agent_sessions::model_check {

struct Model {
    // Before each run, outside of it: sets the results of the one before aside.
    std::function<void()> prepare = [] {};
    std::vector<std::function<void()>> processes;
    std::optional<std::size_t> victim;
    // After each run, when all processes have ended or are dead: what is wrong, or nothing.
    std::function<std::string()> judge;
};

struct Outcome {
    std::uint64_t runs = 0;
    // Of the first run that went wrong, with the order of its steps; empty = none did.
    std::string fault;
    // Nothing is left to try. false: `most_runs` were not enough, or there is a fault.
    bool is_complete = false;
};

// REQUIRES: every word that the processes share lies in the memory that was named by `use_memory`.
Outcome explore(const Model& model, std::uint64_t most_runs);

// The memory that the next models share.
void use_memory(void* start, std::size_t bytes);

}  // namespace agent_sessions::model_check
