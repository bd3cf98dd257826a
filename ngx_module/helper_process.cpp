#include "ngx_module/helper_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

namespace {

void end_with(pid_t parent) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before that.
    if (getppid() != parent) {
        _exit(EXIT_SUCCESS);
    }
}

void ignore_signals() noexcept {
    for (const int signal :
         {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGALRM, SIGIO, SIGPIPE, SIGSYS}) {
        ::signal(signal, SIG_IGN);
    }
    ::signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_files(unsigned int first, unsigned int last) noexcept {
    if (first > last || ::close_range(first, last, 0) == 0 || errno != ENOSYS) {
        return;
    }
    // Before Linux 5.9.
    const auto end = static_cast<unsigned int>(std::max(sysconf(_SC_OPEN_MAX), 0L));
    for (unsigned int file = first; file <= last && file < end; ++file) {
        ::close(static_cast<int>(file));
    }
}

void close_others(std::vector<int>& kept) noexcept {
    std::sort(kept.begin(), kept.end());
    unsigned int first = 0;
    for (const int file : kept) {
        const auto number = static_cast<unsigned int>(file);
        if (number > first) {
            close_files(first, number - 1);
        }
        first = std::max(first, number + 1);
    }
    close_files(first, ~0U);
}

void open_standard_files() noexcept {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int file = STDIN_FILENO; file <= STDERR_FILENO && nothing >= 0; ++file) {
        if (::fcntl(file, F_GETFD) < 0) {
            ::dup2(nothing, file);
        }
    }
    if (nothing > STDERR_FILENO) {
        ::close(nothing);
    }
}

}  // namespace

void become_helper(pid_t parent, std::vector<int>& kept, const char* title) noexcept {
    end_with(parent);
    close_others(kept);
    open_standard_files();
    ignore_signals();
    const sched_param priority{};
    sched_setscheduler(0, SCHED_BATCH, &priority);
    ngx_setproctitle(const_cast<char*>(title));
}

}  // namespace agent_sessions::ngx
