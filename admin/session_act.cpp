#include "admin/session_act.h"

namespace agent_sessions::admin {

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::terminated:
            return "terminated";
        case Outcome::ending:
            return "ending";
        case Outcome::kept:
            return "kept";
        case Outcome::not_ending:
            return "not_ending";
        case Outcome::already_gone:
            return "already_gone";
        case Outcome::not_found:
        case Outcome::busy:
            break;
    }
    return "not_found";
}

Outcome SessionAct::on_named(tracker::SessionKey key, tracker::Now now) {
    // The account alone: how much there is to copy of a foreign session must not show in the time.
    if (const std::optional<std::uint16_t> account = tracker_.account_of(key, now)) {
        if (accounts_.covered_name(*account) == nullptr) {
            return Outcome::not_found;
        }
        const Outcome outcome = on_found(key, now);
        if (has_effect(outcome)) {
            affected_.insert(*account);
        }
        return outcome;
    }
    const tracker::Found found = tracker_.find(key, now);
    switch (found.state) {
        case tracker::Found::State::unknown:
            return Outcome::not_found;
        case tracker::Found::State::ended: {
            const std::optional<tracker::EndedFacts> facts = tracker_.ended_facts(found.handle);
            return facts && accounts_.covers(facts->account) ? Outcome::already_gone : Outcome::not_found;
        }
        case tracker::Found::State::live:  // begun between the two looks
        case tracker::Found::State::busy:
            break;
    }
    return Outcome::busy;
}

std::string SessionAct::affected_accounts() {
    return account_lines(accounts_, affected_);
}

bool SessionAct::has_patience(tracker::Now now) {
    if (!waiting_since_) {
        waiting_since_ = now.boot;
    }
    return now.boot - *waiting_since_ < kPatience;
}

}  // namespace agent_sessions::admin
