#include "admin/session_ender.h"

#include <utility>

namespace agent_sessions::admin {

SessionEnder::SessionEnder(tracker::Tracker tracker, ScopedAccounts accounts, std::string user,
                           TerminationWords words)
    : tracker_(tracker), accounts_(std::move(accounts)), user_(std::move(user)), words_(std::move(words)) {}

tracker::EndRequest SessionEnder::end_request() const {
    return {tracker::EndReason::administrator, user_, words_.message, words_.reason};
}

SessionEnder::Outcome SessionEnder::end_named(tracker::SessionKey key, tracker::Now now) {
    tracker::Row row;
    if (tracker_.read_row(key, now, row)) {
        return accounts_.covered_name(row.account) == nullptr ? Outcome::not_found : end_found(key, now);
    }
    const tracker::Found found = tracker_.find(key, now);
    switch (found.state) {
        case tracker::Found::State::unknown:
            return Outcome::not_found;
        case tracker::Found::State::ended: {
            const std::optional<tracker::EndedFacts> facts = tracker_.ended_facts(found.handle);
            return facts && accounts_.covers(facts->account) ? Outcome::already_gone : Outcome::not_found;
        }
        case tracker::Found::State::live:  // begun between the two looks, or too busy to be copied
        case tracker::Found::State::busy:
            break;
    }
    return Outcome::busy;
}

std::uint64_t SessionEnder::end_all(tracker::RowCursor& cursor, const tracker::Tracker::EndScope& scope,
                                    tracker::Now now) {
    return tracker_.end_all(cursor, kSlotsPerLook, scope, end_request(), now);
}

SessionEnder::Outcome SessionEnder::end_found(tracker::SessionKey key, tracker::Now now) {
    switch (tracker_.end(key, end_request(), now)) {
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

bool SessionEnder::settle(const Slice& slice) {
    while (!unsettled_.empty()) {
        if (!tracker_.settle(unsettled_.front(), end_request(), slice.now())) {
            return !has_patience(slice.now());
        }
        waiting_since_.reset();
        unsettled_.pop_front();
        if (slice.over()) {
            break;
        }
    }
    return unsettled_.empty();
}

bool SessionEnder::has_patience(tracker::Now now) {
    if (!waiting_since_) {
        waiting_since_ = now.boot;
    }
    return now.boot - *waiting_since_ < kPatience;
}

}  // namespace agent_sessions::admin
