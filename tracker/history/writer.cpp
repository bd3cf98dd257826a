#include "tracker/history/writer.h"

#include <csignal>
#include <exception>
#include <utility>

#include "tracker/history/signals.h"

namespace agent_sessions::tracker::history {
namespace {

// Half a second at most is lost to a power cut; an admin who waits for the disk rings the doorbell.
constexpr Millis kInterval{250};
constexpr Millis kRetryInterval{200};

}  // namespace

Writer::Writer(Tracker tracker, std::string path, Retention retention, Clock clock)
    : follower_(tracker, std::move(path), retention), clock_(clock) {
    const BlockedSignals blocked;
    thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
    finish(Millis{0});
}

void Writer::let_go() noexcept {
    is_stopping_.store(true, std::memory_order_release);
    follower_.feed().tracker().wake_history();
}

void Writer::finish(Millis longest) {
    until_.store((clock_().boot + longest).time_since_epoch().count(), std::memory_order_release);
    let_go();
    if (thread_.joinable()) {
        thread_.join();
    }
}

std::string Writer::take_fault() {
    const std::scoped_lock lock(mutex_);
    std::string unreported = std::exchange(unreported_, std::string());
    return unreported.empty() ? fault_ : unreported;
}

std::optional<Loaded> Writer::take_loaded() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(loaded_, std::nullopt);
}

void Writer::publish() {
    const std::scoped_lock lock(mutex_);
    fault_ = follower_.fault();
    if (!fault_.empty()) {
        unreported_ = fault_;
    }
    if (auto loaded = follower_.take_loaded()) {
        loaded_ = loaded;
    }
}

void Writer::run() noexcept {
    try {
        follow();
    } catch (const std::exception&) {
        // Out of memory. Whoever is elected starts the next one.
        follower_.feed().note_state(HistoryState::failing, SQLITE_NOMEM);
    }
    is_over_.store(true, std::memory_order_release);
}

void Writer::follow() {
    for (;;) {
        const std::uint32_t seen = follower_.feed().doorbell();
        const Follower::Outcome outcome = follower_.step(clock_());
        publish();
        if (outcome == Follower::Outcome::replaced) {
            return;
        }
        if (is_stopping_.load(std::memory_order_acquire)) {
            const BootTime until{Millis{until_.load(std::memory_order_acquire)}};
            if (outcome == Follower::Outcome::idle || clock_().boot >= until) {
                return;
            }
            if (outcome == Follower::Outcome::failed) {
                follower_.feed().sleep(follower_.feed().doorbell(), kRetryInterval);
            }
            continue;
        }
        switch (outcome) {
            case Follower::Outcome::idle:
            case Follower::Outcome::wrote:
                follower_.feed().sleep(seen, kInterval);
                break;
            case Follower::Outcome::failed:
                follower_.feed().sleep(seen, kRetryInterval);
                break;
            default:
                break;
        }
    }
}

}  // namespace agent_sessions::tracker::history
