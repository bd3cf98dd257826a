#include "admin/durable_act.h"

#include <utility>

#include "admin/text.h"

namespace agent_sessions::admin {

std::string account_lines(const Scope& scope) {
    if (scope.all()) {
        return std::string(tracker::kAllAccountsLine);
    }
    std::string lines;
    for (const std::string& name : scope.names()) {
        lines += name + '\n';
    }
    return lines;
}

ActFacts::ActFacts(const Request& request, const Access& access, tracker::ActKind given)
    : kind(given),
      user(access.user),
      role(to_string(access.role)),
      address(request.address),
      accounts(account_lines(access.scope)) {}

DurableAct::DurableAct(tracker::Tracker tracker, ActFacts facts)
    : tracker_(tracker), facts_(std::move(facts)) {}

tracker::ActRequest DurableAct::request() const {
    tracker::ActRequest request;
    request.kind = facts_.kind;
    request.user = facts_.user;
    request.role = facts_.role;
    request.address = facts_.address;
    request.accounts = facts_.accounts;
    request.what = facts_.what;
    request.agent = facts_.agent;
    request.reason = facts_.reason;
    request.message = facts_.message;
    request.pseudonym = facts_.pseudonym;
    return request;
}

bool DurableAct::record(const tracker::ActRequest& request, tracker::Now now) {
    if (ticket_ || is_lost_) {
        return true;
    }
    ticket_ = tracker_.record_act(request, now);
    if (ticket_) {
        sequence_ = ticket_->sequence;
        waiting_since_.reset();
        if (!request.sweeping || !needs_rows()) {
            tracker_.await_history(sequence_);
        }
        return true;
    }
    const tracker::HistoryStatus status = tracker_.history_status();
    waiting_since_ = waiting_since_.value_or(now.boot);
    is_lost_ = status.unsaved_acts >= status.act_room || now.boot - *waiting_since_ >= kPatience;
    is_waiting_ = !is_lost_;
    sequence_ = tracker_.latest_sequence();
    return is_lost_;
}

void DurableAct::go_on(tracker::Now now) {
    hold(now);
    const tracker::HistoryStatus status = tracker_.history_status();
    // Where there is no room, the one try at the end counts it as lost.
    if (!went_on_ && status.unsaved_acts < status.act_room) {
        ticket_ = tracker_.record_act(request(), now);
        is_begun_ = ticket_.has_value();
        sequence_ = is_begun_ ? ticket_->sequence : 0;
    }
    went_on_ = now;
}

void DurableAct::abandon(std::uint64_t ended) {
    if (went_on_ && !is_lost_ && !is_finished_) {
        record(ended, *went_on_);
    }
}

bool DurableAct::record(std::uint64_t ended, tracker::Now now) {
    if (is_begun_) {
        return finish(ended, now);
    }
    tracker::ActRequest done = request();
    done.ended = ended;
    return record(done, now);
}

bool DurableAct::record_sweeping(std::string_view account, std::string_view agent, tracker::Now now) {
    tracker::ActRequest sweeping = request();
    sweeping.sweeping = true;
    sweeping.account = account;
    sweeping.agent = agent;
    return record(sweeping, now);
}

bool DurableAct::finish(std::uint64_t ended, tracker::Now now) {
    if (!ticket_ || is_finished_) {
        return true;
    }
    const std::optional<std::uint64_t> finished = tracker_.finish_act(*ticket_, ended, now);
    if (!finished) {
        waiting_since_ = waiting_since_.value_or(now.boot);
        is_finished_ = now.boot - *waiting_since_ >= kPatience;
        is_waiting_ = !is_finished_;
        return is_finished_;
    }
    if (needs_rows()) {
        sequence_ = *finished;
    }
    is_finished_ = true;
    waiting_since_.reset();
    tracker_.await_history(*finished);
    return true;
}

void DurableAct::record_nothing() {
    if (sequence_ == 0) {
        sequence_ = tracker_.latest_sequence();
        tracker_.await_history(sequence_);
    }
}

void DurableAct::record_refused(std::string_view what, tracker::Now now) {
    tracker::ActRequest refused;
    refused.kind = facts_.kind;
    refused.refused = true;
    refused.user = facts_.user;
    refused.role = facts_.role;
    refused.address = facts_.address;
    refused.accounts = facts_.accounts;
    refused.what = what;
    tracker_.record_act(refused, now);
}

std::optional<bool> DurableAct::is_durable(tracker::Now now) {
    is_waiting_ = false;
    if (is_lost_) {
        return false;
    }
    if (tracker_.is_committed(sequence_)) {
        return true;
    }
    const tracker::HistoryState state = tracker_.history_status().state;
    waiting_since_ = waiting_since_.value_or(now.boot);
    if (state == tracker::HistoryState::failing || state == tracker::HistoryState::unusable ||
        now.boot - *waiting_since_ >= kPatience) {
        return false;
    }
    is_waiting_ = true;
    return std::nullopt;
}

void DurableAct::tell_loss(Response& response) const {
    if (is_lost_) {
        response.log =
            "an admin's act is missing in the audit: the table stayed busy, or the history has not taken "
            "over "
            "the earlier ones";
    }
}

void record_refused(tracker::Tracker tracker, const Request& request, tracker::ActKind kind,
                    std::string_view what) {
    tracker::ActRequest refused;
    refused.kind = kind;
    refused.refused = true;
    const std::string user = valid_text(request.caller.user);
    refused.user = user;
    refused.role = to_string(parse_role(request.caller.role));
    refused.address = request.address;
    refused.what = what;
    const std::string lines = account_lines(Scope::parse(request.caller.accounts));
    refused.accounts = lines;
    tracker.record_act(refused, request.now);
}

}  // namespace agent_sessions::admin
