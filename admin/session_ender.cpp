#include "admin/session_ender.h"

#include <utility>

namespace agent_sessions::admin {

SessionEnder::SessionEnder(tracker::Tracker tracker, ScopedAccounts accounts, std::string user,
                           TerminationTerms terms)
    : SessionAct(tracker, std::move(accounts)),
      user_(std::move(user)),
      terms_(std::move(terms)),
      described_terms_(terms_.description()) {}

tracker::EndRequest SessionEnder::end_request() const {
    return {tracker::EndReason::administrator, user_, terms_.words.message, terms_.words.reason};
}

std::uint64_t SessionEnder::end_all(tracker::RowCursor& cursor, const tracker::Tracker::EndScope& scope,
                                    tracker::Now now) {
    return tracker().end_all(cursor, kSlotsPerLook, scope, end_request(), now);
}

Outcome SessionEnder::on_found(tracker::SessionKey key, tracker::Now now) {
    return terms_.when_finished ? let_finish(key, now) : end(key, now);
}

Outcome SessionEnder::end(tracker::SessionKey key, tracker::Now now) {
    switch (tracker().end(key, end_request(), now)) {
        case tracker::EndResult::ended:
            return Outcome::terminated;
        case tracker::EndResult::ended_unsettled:
            unsettled_.push_back(key);
            return Outcome::terminated;
        case tracker::EndResult::already_gone:
            return Outcome::already_gone;
        case tracker::EndResult::not_found:
            break;
    }
    return Outcome::not_found;
}

Outcome SessionEnder::let_finish(tracker::SessionKey key, tracker::Now now) {
    const tracker::FinishResult result = tracker().end_when_finished(key, end_request(), terms_.limit, now);
    if (result == tracker::FinishResult::busy) {
        return Outcome::busy;
    }
    note_progress();
    switch (result) {
        case tracker::FinishResult::pending:
            return Outcome::ending;
        case tracker::FinishResult::ended:
            return Outcome::terminated;
        case tracker::FinishResult::already_gone:
            return Outcome::already_gone;
        case tracker::FinishResult::not_found:
        case tracker::FinishResult::busy:
            break;
    }
    return Outcome::not_found;
}

bool SessionEnder::settle(const Slice& slice) {
    while (!unsettled_.empty()) {
        if (!tracker().settle(unsettled_.front(), end_request(), slice.now())) {
            return !has_patience(slice.now());
        }
        note_progress();
        unsettled_.pop_front();
        if (slice.over()) {
            break;
        }
    }
    return unsettled_.empty();
}

}  // namespace agent_sessions::admin
