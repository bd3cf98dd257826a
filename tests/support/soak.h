// The long form of a test, for `make soak`, and the seed that chooses what is random in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace agent_sessions::testing {

inline bool is_soak() {
    return std::getenv("SOAK") != nullptr;
}

// How long a test that could go on for ever does: MINUTES of the environment, or `long_form`, in a soak.
inline std::chrono::milliseconds duration(std::chrono::milliseconds short_form,
                                          std::chrono::minutes long_form) {
    if (!is_soak()) {
        return short_form;
    }
    const char* const minutes = std::getenv("MINUTES");
    return minutes != nullptr ? std::chrono::minutes(std::strtol(minutes, nullptr, 10)) : long_form;
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
