#include "tests/e2e/support/nginx_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>
#include <sstream>

namespace agent_sessions::e2e {
namespace {

pid_t read_pid(const std::filesystem::path& path) {
    return static_cast<pid_t>(std::strtol(read_file(path).c_str(), nullptr, 10));
}

// What nobody wants to read in the morning.
bool is_alarming(const std::string& line) {
    static constexpr const char* kSigns[] = {"[alert]",   "[emerg]",        "exited on signal",
                                             "Sanitizer", "runtime error:", "terminate called"};
    return std::any_of(std::begin(kSigns), std::end(kSigns),
                       [&](const char* sign) { return line.find(sign) != std::string::npos; });
}

// The master's children reach this process' subreaper in the end; it may be ourselves.
void reap_strays() {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

}  // namespace

int free_port() {
    static std::set<int> given;
    for (;;) {
        const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            close(listener);
            throw std::runtime_error("no free port");
        }
        close(listener);
        if (const int port = ntohs(address.sin_port); given.insert(port).second) {
            return port;
        }
    }
}

std::filesystem::path nginx_program() {
    const char* program = std::getenv("AGENT_SESSIONS_NGINX");
    return program != nullptr ? program : "/usr/sbin/nginx";
}

std::filesystem::path module_file() {
    if (const char* file = std::getenv("AGENT_SESSIONS_MODULE"); file != nullptr) {
        return file;
    }
    // The tests are built to BUILD/tests/e2e.
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() /
           "ngx_http_agent_sessions_module.so";
}

std::string preloaded_library() {
    const char* library = std::getenv("AGENT_SESSIONS_PRELOAD");
    return library != nullptr ? library : "";
}

NginxServer::NginxServer() {
    for (const char* name : {"conf", "logs", "temp"}) {
        std::filesystem::create_directory(prefix() / name);
    }
}

NginxServer::~NginxServer() {
    stop();
}

void NginxServer::configure(const std::string& configuration) {
    write_file(prefix() / "conf/nginx.conf", configuration);
}

void NginxServer::run_as(const std::string& user) {
    user_ = user;
    run_command({"chown", "-R", user + ":", prefix().string()});
}

void NginxServer::preload(const char* library, const std::string& variable) {
    const char* sanitizer_options = std::getenv("ASAN_OPTIONS");
    libraries_ += (std::filesystem::read_symlink("/proc/self/exe").parent_path() / library).string();
    libraries_ += ' ';
    environment_.push_back(variable);
    // Ours comes before the sanitizer's own operators and calls.
    environment_.push_back(std::string("ASAN_OPTIONS=verify_asan_link_order=0:") +
                           (sanitizer_options != nullptr ? sanitizer_options : ""));
}

void NginxServer::fail_allocations_while(const std::filesystem::path& sign) {
    preload("libfailing_new.so", "AGENT_SESSIONS_FAIL_NEW=" + sign.string());
}

void NginxServer::obey_fault_plan(const std::filesystem::path& plan) {
    preload("libfile_faults.so", "AGENT_SESSIONS_FILE_FAULTS=" + plan.string());
}

void NginxServer::log_writes(const std::filesystem::path& log, const std::filesystem::path& below) {
    write_file(log, "");
    std::filesystem::permissions(log, std::filesystem::perms(0666));
    preload("libwrite_log.so", "AGENT_SESSIONS_WRITE_LOG=" + log.string());
    environment_.push_back("AGENT_SESSIONS_WRITE_LOG_BELOW=" + below.string());
}

std::vector<std::string> NginxServer::program(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command;
    if (user_) {
        command = {"setpriv", "--reuid=" + *user_, "--regid=" + *user_, "--clear-groups", "--"};
    }
    command.emplace_back("env");
    command.insert(command.end(), environment_.begin(), environment_.end());
    command.push_back("LD_PRELOAD=" + libraries_ + preloaded_library());
    command.insert(command.end(), {nginx_program().string(), "-p", prefix().string() + "/", "-c",
                                   "conf/nginx.conf", "-e", "logs/error.log"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

CommandResult NginxServer::command(const std::vector<std::string>& arguments) {
    return run_command(program(arguments));
}

bool NginxServer::start(std::size_t workers) {
    const CommandResult result = command({});
    if (result.exit_code != 0) {
        ADD_FAILURE() << "nginx did not start:\n" << result.output;
        return false;
    }
    const bool up = wait_until([&] { return master() > 0 && workers_of(master()).size() == workers; });
    masters_.push_back(master());
    if (!up) {
        ADD_FAILURE() << "nginx has no workers:\n" << error_log();
    }
    return up;
}

CommandResult NginxServer::start_refused() {
    CommandResult result = command({});
    if (result.exit_code == 0) {
        ADD_FAILURE() << "nginx started, though it must not";
        wait_until([&] { return master() > 0; });
        masters_.push_back(master());
        return result;
    }
    result.output += error_log().substr(std::min(log_checked_, error_log().size()));
    log_checked_ = error_log().size();
    return result;
}

CommandResult NginxServer::check_configuration() {
    CommandResult result = command({"-t"});
    log_checked_ = error_log().size();
    return result;
}

bool NginxServer::reload(std::size_t workers) {
    const std::vector<pid_t> before = NginxServer::workers();
    if (kill(master(), SIGHUP) != 0) {
        ADD_FAILURE() << "nginx is gone";
        return false;
    }
    const bool renewed = wait_until([&] {
        const std::vector<pid_t> now = NginxServer::workers();
        return now.size() == workers && std::none_of(now.begin(), now.end(), [&](pid_t worker) {
                   return std::find(before.begin(), before.end(), worker) != before.end();
               });
    });
    if (!renewed) {
        ADD_FAILURE() << "the reload brought no new workers:\n" << error_log();
    }
    return renewed;
}

bool NginxServer::reload_refused(const std::string& text) {
    const std::vector<pid_t> before = workers();
    const std::size_t log_size = error_log().size();
    if (kill(master(), SIGHUP) != 0) {
        ADD_FAILURE() << "nginx is gone";
        return false;
    }
    const bool said = wait_until([&] { return error_log().find(text, log_size) != std::string::npos; });
    if (!said) {
        ADD_FAILURE() << "the log does not say '" << text << "':\n" << error_log().substr(log_size);
    }
    log_checked_ = error_log().size();
    std::vector<pid_t> now = workers();
    EXPECT_EQ(now, before) << "the old workers must stay";
    return said && now == before;
}

pid_t NginxServer::upgrade(std::size_t workers) {
    const pid_t old = master();
    kill(old, SIGUSR2);
    const bool came =
        wait_until([&] { return master() > 0 && master() != old && workers_of(master()).size() == workers; });
    if (!came) {
        ADD_FAILURE() << "the new master did not come:\n" << error_log();
        return 0;
    }
    masters_.push_back(master());
    return master();
}

pid_t NginxServer::master() const {
    return read_pid(prefix() / "logs/nginx.pid");
}

pid_t NginxServer::old_master() const {
    return read_pid(prefix() / "logs/nginx.pid.oldbin");
}

std::vector<pid_t> NginxServer::workers_of(pid_t master) {
    std::vector<pid_t> workers;
    if (master <= 0) {
        return workers;
    }
    for (const pid_t child : children_of(master)) {
        const std::string title = command_line(child);
        if (title.find("worker process") != std::string::npos &&
            title.find("shutting down") == std::string::npos) {
            workers.push_back(child);
        }
    }
    std::sort(workers.begin(), workers.end());
    return workers;
}

bool NginxServer::kill_worker(pid_t worker) {
    const std::size_t count = workers().size();
    allow_in_log("worker process " + std::to_string(worker) + " exited on signal 9");
    kill(worker, SIGKILL);
    return wait_until([&] {
        const std::vector<pid_t> now = workers();
        return now.size() == count && std::find(now.begin(), now.end(), worker) == now.end();
    });
}

void NginxServer::kill_all() {
    const pid_t master = NginxServer::master();
    if (master <= 0) {
        return;
    }
    // The master first, or it would start new workers; stopped, so that the list of its children holds.
    kill(master, SIGSTOP);
    const std::vector<pid_t> children = children_of(master);
    std::vector<pid_t> all = children;
    for (const pid_t child : children) {
        const std::vector<pid_t> started = children_of(child);  // they end with it
        all.insert(all.end(), started.begin(), started.end());
    }
    kill(master, SIGKILL);
    for (const pid_t child : children) {
        kill(child, SIGKILL);
    }
    // To the last thread: one that is in the middle of a write keeps the ports open for a while.
    const auto is_there = [](pid_t process) { return kill(process, 0) == 0; };
    wait_until([&] {
        reap_strays();
        return !is_there(master) && std::none_of(all.begin(), all.end(), is_there);
    });
}

void NginxServer::end_master(pid_t master, int signal) {
    if (master <= 0 || !is_running(master)) {
        return;
    }
    // The master of a binary upgrade is a child too, and stays.
    std::vector<pid_t> children = children_of(master);
    std::erase_if(children, [](pid_t child) {
        return command_line(child).find("master process") != std::string::npos;
    });
    kill(master, signal);
    const bool ended = wait_until([&] {
        reap_strays();
        return !is_running(master) && std::none_of(children.begin(), children.end(), is_running);
    });
    if (!ended) {
        ADD_FAILURE() << "nginx " << master << " did not end by signal " << signal << ":\n" << error_log();
        kill(master, SIGKILL);
        for (const pid_t child : children) {
            kill(child, SIGKILL);
        }
    }
}

void NginxServer::quit() {
    end_master(master(), SIGQUIT);
    check_log();
}

void NginxServer::stop() {
    for (const pid_t started : masters_) {
        end_master(started, SIGTERM);
    }
    masters_.clear();
    check_log();
}

std::string NginxServer::error_log() const {
    return read_file(prefix() / "logs/error.log");
}

std::string NginxServer::access_log() const {
    return read_file(prefix() / "logs/access.log");
}

void NginxServer::check_log() {
    const std::string log = error_log();
    std::istringstream lines(log.substr(std::min(log_checked_, log.size())));
    log_checked_ = log.size();
    std::string line;
    while (std::getline(lines, line)) {
        const bool allowed = std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& text) {
            return line.find(text) != std::string::npos;
        });
        if (is_alarming(line) && !allowed) {
            ADD_FAILURE() << "in the error log: " << line;
        }
    }
}

}  // namespace agent_sessions::e2e
