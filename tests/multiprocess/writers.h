// What the multiprocess tests share: children, and sessions told apart by a number.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/support/memory_segment.h"

namespace agent_sessions::testing {

using namespace tracker;

inline SessionKey key(std::uint64_t number) {
    return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
}

inline BeginRequest request(std::uint64_t number, std::string_view agent) {
    BeginRequest begin;
    begin.key = key(number);
    begin.started = MemorySegment::start().wall;
    begin.account = number % 3 == 0 ? "acme" : "globex";
    begin.agent = agent;
    begin.label = "a label that takes more than one block of text";
    begin.address = "127.0.0.1";
    begin.user_agent =
        "Mozilla/5.0 (X11; Linux x86_64) of several blocks, as they are in the world out there";
    return begin;
}

inline pid_t fork_child(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    return child;
}

inline int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

// For hooks of memory::step_hook that stop or kill their process after so many stores.
inline std::uint32_t steps_left = 0;

inline Now now() {
    return MemorySegment::start();
}

inline Now later(Millis by) {
    return {now().wall + by, now().boot + by};
}

inline SessionHandle handle_of(Tracker& tracker, std::uint64_t number) {
    return tracker.find(key(number), now()).handle;
}

}  // namespace agent_sessions::testing
