#include "tracker/history/writer.h"

#include <exception>

namespace agent_sessions::tracker::history {
namespace {

// Half a second at most is lost to a power cut, unless an act is let come to its end; an admin who waits for
// the disk rings the doorbell.
constexpr Millis kInterval{250};
constexpr Millis kRetryInterval{200};
// While an act is under way: its events fill the ring meanwhile.
constexpr Millis kHeldInterval{5};

}  // namespace

std::optional<Millis> Writer::work(std::optional<BootTime> end, Now now) noexcept {
    seen_ = follower_.feed().doorbell();
    if (!end && follower_.may_wait(now)) {
        return kHeldInterval;
    }
    Follower::Outcome outcome{};
    try {
        outcome = follower_.step(now);
    } catch (const std::exception&) {
        // Out of memory. Whoever is elected starts the next one.
        follower_.feed().note_state(HistoryState::failing, SQLITE_NOMEM);
        return std::nullopt;
    }
    switch (outcome) {
        case Follower::Outcome::replaced:
            return std::nullopt;
        case Follower::Outcome::idle:
            return end ? std::nullopt : std::optional(kInterval);
        case Follower::Outcome::failed:
            return end && now.boot >= *end ? std::nullopt : std::optional(kRetryInterval);
        case Follower::Outcome::wrote:
            if (!end) {
                return kInterval;
            }
            break;
        case Follower::Outcome::more:
            break;
    }
    return end && now.boot >= *end ? std::nullopt : std::optional(Millis{0});
}

void Writer::rest(Millis longest) noexcept {
    follower_.feed().sleep(seen_, longest);
}

}  // namespace agent_sessions::tracker::history
