// What must hold whatever the input: a fuzzer, and the replay of its corpus, stop where it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace agent_sessions::fuzz {

inline void promise(bool is_kept, const char* what) {
    if (!is_kept) {
        std::fprintf(stderr, "broken promise: %s\n", what);
        std::abort();
    }
}

}  // namespace agent_sessions::fuzz
