// A layer between a process and its files that refuses the nth call of a kind, or stops the process in it,
// for tests of what happens then.
//
// It takes the place of the C library's functions: in a test that links file_faults.cpp, and in any program
// that is started with LD_PRELOAD=libfile_faults.so and AGENT_SESSIONS_FILE_FAULTS=FILE, where FILE holds a
// FaultPlan that the test maps and changes as it likes. Thread and process safety: a plan may be changed and
// read at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace agent_sessions::testing {

enum FaultyCall : std::uint32_t {
    kWriteCalls = 1,  // half of the bytes are written, then the call fails
    kSyncCalls = 2,   // fsync, fdatasync
    kOpenCalls = 4,
    kRenameCalls = 8,
    kTruncateCalls = 16,  // ftruncate, posix_fallocate
    kEveryCall = 31,
};

struct FaultPlan {
    std::atomic<std::uint32_t> calls{0};    // which kinds fail
    std::atomic<std::int32_t> error{0};     // with which errno
    std::atomic<std::int64_t> let_pass{0};  // how many succeed before
    std::atomic<std::int64_t> refuse{0};    // how many fail then
    std::atomic<std::uint64_t> refused{0};  // how many have failed
    std::atomic<bool> freezes{
        false};            // the process stops itself (SIGSTOP) instead, and then the call succeeds
    char below[512] = {};  // only files below this directory

    static constexpr std::int64_t kForEver = INT64_MAX;

    void stay_below(std::string_view directory) { below[directory.copy(below, sizeof(below) - 1)] = '\0'; }
    void set(std::uint32_t which, int number, std::int64_t after, std::int64_t count) {
        calls = 0;
        error = number;
        let_pass = after;
        refuse = count;
        refused = 0;
        freezes = false;
        calls = which;
    }
    void freeze_in_next(std::uint32_t which) {
        set(which, 0, 0, 1);
        freezes = true;
    }
    void clear() { calls = 0; }
};

// For the calls of this process and of its children from now on; the plan must lie in shared memory for
// those.
void use_fault_plan(FaultPlan* plan) noexcept;

}  // namespace agent_sessions::testing
