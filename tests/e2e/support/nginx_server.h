// A real nginx in a place of its own: its own prefix, its own loopback ports, its own logs.
//
// Its error log is part of every test: stop() fails the test when it holds an alert, an emergency, a crash or
// a sanitizer's report that the test did not announce with allow_in_log().
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/files.h"
#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {

// A port of 127.0.0.1 that nobody listens on, never given twice in one run.
int free_port();

std::filesystem::path nginx_program();
std::filesystem::path module_file();
// What nginx gets as LD_PRELOAD, for a module built with a sanitizer; empty = nothing.
std::string preloaded_library();

class NginxServer {
  public:
    NginxServer();
    ~NginxServer();
    NginxServer(const NginxServer&) = delete;
    NginxServer& operator=(const NginxServer&) = delete;

    const std::filesystem::path& prefix() const { return directory_.path(); }
    void configure(const std::string& configuration);
    // All commands run as this user from now on (only for root); the prefix is given to it.
    void run_as(const std::string& user);
    // From the next start on, C++ allocations of its event loops fail while a file of this name exists.
    void fail_allocations_while(const std::filesystem::path& sign);

    // From the next start on, the file layer obeys the FaultPlan in this file.
    void obey_fault_plan(const std::filesystem::path& plan);

    // From the next start on, what is done to files below the directory is noted; see
    // tests/write_log/write_log.h.
    void log_writes(const std::filesystem::path& log, const std::filesystem::path& below);

    // Starts it as a daemon and waits for `workers` workers. False, with the reason in the test's report, if
    // not.
    bool start(std::size_t workers = 2);
    // Starts it where that must fail; gives what nginx said.
    CommandResult start_refused();
    CommandResult check_configuration();  // nginx -t
    CommandResult command(const std::vector<std::string>& arguments);
    // What command() runs, for whoever runs it otherwise.
    std::vector<std::string> program(const std::vector<std::string>& arguments) const;

    // SIGHUP, then waits until the new workers serve. False = they never came.
    bool reload(std::size_t workers = 2);
    // SIGHUP where the reload must fail; true = the error log got a line with this text and the workers are
    // the same.
    bool reload_refused(const std::string& text);
    // Binary upgrade: SIGUSR2. Gives the new master once its workers run; 0 = it never came.
    pid_t upgrade(std::size_t workers = 2);

    pid_t master() const;
    pid_t old_master() const;  // of a binary upgrade that is not over
    static std::vector<pid_t> workers_of(pid_t master);
    std::vector<pid_t> workers() const { return workers_of(master()); }
    // Kills one worker and waits for its substitute.
    bool kill_worker(pid_t worker);
    // SIGKILL for the master and all its workers at once, as far as that goes; waits until they are gone.
    void kill_all();

    void quit();  // gracefully, waits for the end
    void stop();  // fast, waits for the end of every master and worker, and looks through the error log

    std::string error_log() const;
    std::string access_log() const;
    void allow_in_log(std::string text) { allowed_.push_back(std::move(text)); }

  private:
    void preload(const char* library, const std::string& variable);
    void check_log();
    void end_master(pid_t master, int signal);

    Directory directory_;
    std::optional<std::string> user_;
    std::string libraries_;
    std::vector<std::string> environment_;
    std::vector<std::string> allowed_;
    std::vector<pid_t> masters_;
    std::size_t log_checked_ = 0;
};

}  // namespace agent_sessions::e2e
