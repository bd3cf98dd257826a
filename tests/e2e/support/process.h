// Processes and time of the tests. Nothing here waits without a bound.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace agent_sessions::e2e {

struct CommandResult {
    int exit_code = -1;  // -1: killed by a signal, or did not end in time and was killed
    std::string output;  // stdout and stderr
};

// Runs a command to its end, within 20 s. A daemon that it leaves behind does not keep this call waiting.
CommandResult run_command(const std::vector<std::string>& command);
// Starts a command that goes on; what it prints comes to `output`. Whoever starts it ends and reaps it.
pid_t start_command(const std::vector<std::string>& command, const std::filesystem::path& output);

bool is_running(pid_t process);
bool is_stopped(pid_t process);  // by a signal
std::vector<pid_t> children_of(pid_t parent);
std::string command_line(pid_t process);
// Resident memory, in KiB; 0 = gone.
std::size_t resident_kib(pid_t process);

inline constexpr std::chrono::seconds kPatience{10};

// Asks again and again until the condition holds; false = it did not in time.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds patience = kPatience);

// Kills the processes below `root` that are still there, at most a second; true = there were none.
bool end_descendants(pid_t root);

}  // namespace agent_sessions::e2e
