#include "admin/session_keeper.h"

namespace agent_sessions::admin {

Outcome SessionKeeper::on_found(tracker::SessionKey key, tracker::Now now) {
    const tracker::KeepResult result = tracker().keep(key, now);
    if (result == tracker::KeepResult::busy) {
        return Outcome::busy;
    }
    note_progress();
    switch (result) {
        case tracker::KeepResult::kept:
            return Outcome::kept;
        case tracker::KeepResult::not_pending:
            return Outcome::not_ending;
        case tracker::KeepResult::already_gone:
            return Outcome::already_gone;
        case tracker::KeepResult::not_found:
        case tracker::KeepResult::busy:
            break;
    }
    return Outcome::not_found;
}

}  // namespace agent_sessions::admin
