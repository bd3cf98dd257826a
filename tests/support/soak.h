// The long form of a test, for `make soak`, and the seed that chooses what is random in it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace agent_sessions::testing {

inline bool is_soak() {
    return std::getenv("SOAK") != nullptr;
}

// SEED of the environment, or one of its own; printed, so that a run can be repeated.
inline std::uint32_t seed() {
    const char* const given = std::getenv("SEED");
    const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                                       : static_cast<std::uint32_t>(std::random_device()());
    std::cout << "SEED=" << seed << std::endl;
    return seed;
}

}  // namespace agent_sessions::testing
