// Runs the tests in a child of its own, so that nothing of them is left behind: not even when a test crashes
// or is interrupted. What daemons the tests leave come to the parent, which ends them and counts that as a
// failure.
#include <curl/curl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/e2e/support/application.h"
#include "tests/e2e/support/files.h"
#include "tests/e2e/support/process.h"
#include "tests/support/temporary_directory.h"

namespace {

namespace e2e = agent_sessions::e2e;

volatile std::sig_atomic_t interrupted = 0;

int run_tests() {
    curl_global_init(CURL_GLOBAL_ALL);
    const int result = RUN_ALL_TESTS();
    e2e::Application::shut_down();
    return result;
}

// Reaps everything that comes, and gives the tests' own result.
int wait_for(pid_t tests) {
    for (;;) {
        int status = 0;
        const pid_t ended = waitpid(-1, &status, 0);
        if (ended == tests) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (ended < 0 && interrupted != 0) {
            kill(tests, SIGKILL);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    const agent_sessions::testing::TemporaryDirectory scratch("/tmp");
    std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755));
    e2e::set_scratch_directory(scratch.path());

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    const pid_t tests = fork();
    if (tests == 0) {
        std::exit(run_tests());  // not by a return, which would remove the directory before it is looked at
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaction(signal, &action, nullptr);
    }
    int result = wait_for(tests);
    if (!e2e::end_descendants(getpid())) {
        std::fputs("The tests left processes behind; they were ended.\n", stderr);
        result = result == 0 ? 1 : result;
    }
    std::error_code ignored;
    if (!std::filesystem::is_empty(scratch.path(), ignored)) {
        std::fputs("The tests left files behind; they were removed.\n", stderr);
        result = result == 0 ? 1 : result;
    }
    return result;
}
