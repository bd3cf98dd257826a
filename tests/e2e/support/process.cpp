#include "tests/e2e/support/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/e2e/support/files.h"

namespace agent_sessions::e2e {
namespace {

constexpr std::chrono::seconds kCommandPatience{20};

struct Status {
    char state = 'X';
    pid_t parent = 0;
};

// The name in /proc/PID/stat may hold anything, so the fields are counted from its closing parenthesis.
Status status_of(pid_t process) {
    const std::string text = read_file("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return {};
    }
    std::istringstream fields(text.substr(name_end + 1));
    Status status;
    fields >> status.state >> status.parent;
    return status;
}

[[noreturn]] void execute(const std::vector<std::string>& command, int output) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    // curl's and the test runner's descriptors are none of a daemon's business.
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        close(descriptor);
    }
    execvp(arguments[0], arguments.data());
    _exit(127);
}

}  // namespace

pid_t start_command(const std::vector<std::string>& command, const std::filesystem::path& output_path) {
    const int output = open(output_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (output < 0) {
        throw std::runtime_error("cannot write " + output_path.string());
    }
    const pid_t process = fork();
    if (process == 0) {
        execute(command, output);
    }
    close(output);
    if (process < 0) {
        throw std::runtime_error("cannot fork");
    }
    return process;
}

CommandResult run_command(const std::vector<std::string>& command) {
    const Directory place;
    const auto output_path = place.path() / "output";
    const pid_t process = start_command(command, output_path);
    CommandResult result;
    int status = 0;
    const bool ended =
        wait_until([&] { return waitpid(process, &status, WNOHANG) == process; }, kCommandPatience);
    if (!ended) {
        kill(process, SIGKILL);
        waitpid(process, &status, 0);
    } else if (WIFEXITED(status)) {
        result.exit_code = WEXITSTATUS(status);
    }
    result.output = read_file(output_path);
    return result;
}

bool is_running(pid_t process) {
    const char state = status_of(process).state;
    return state != 'X' && state != 'Z';
}

bool is_stopped(pid_t process) {
    return status_of(process).state == 'T';
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        const auto process = static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10));
        if (const Status status = status_of(process); status.parent == parent && status.state != 'Z') {
            children.push_back(process);
        }
    }
    return children;
}

std::string command_line(pid_t process) {
    std::string text = read_file("/proc/" + std::to_string(process) + "/cmdline");
    for (char& character : text) {
        if (character == '\0') {
            character = ' ';
        }
    }
    return text;
}

std::size_t resident_kib(pid_t process) {
    std::istringstream text(read_file("/proc/" + std::to_string(process) + "/statm"));
    std::size_t total = 0;
    std::size_t resident = 0;
    text >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool end_descendants(pid_t root) {
    const auto reap = [] {
        while (waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    };
    reap();
    std::vector<pid_t> left = children_of(root);
    if (left.empty()) {
        return true;
    }
    // Masters first, or they would start new workers; what they leave comes to us and is met in the next
    // round.
    wait_until(
        [&] {
            for (const pid_t process : left) {
                kill(process, SIGKILL);
            }
            reap();
            left = children_of(root);
            return left.empty();
        },
        std::chrono::seconds(1));
    return false;
}

}  // namespace agent_sessions::e2e
