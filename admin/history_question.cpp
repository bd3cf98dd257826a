#include "admin/history_question.h"

#include "admin/session_filter.h"

namespace agent_sessions::admin {

HistoryScope::HistoryScope(const Access& access, std::optional<std::string_view> account,
                           tracker::Tracker tracker)
    : scoped(tracker, access.scope, access.time_zone) {
    if (!account) {
        return;
    }
    SessionFilter filter;
    filter.set(Source::query, "account", "account", account);
    if (!scoped.narrow_in_past(*account)) {
        unseen = *account;
    }
}

tracker::history::Accounts HistoryScope::accounts() const {
    if (const std::string* const single = scoped.single()) {
        return {false, {*single}};
    }
    return scoped.is_everything() ? tracker::history::Accounts{true, {}}
                                  : tracker::history::Accounts{false, scoped.scope_names()};
}

void HistoryScope::require_known() const {
    if (unseen) {
        throw account_not_found();
    }
}

Refusal history_unavailable(const std::string& error) {
    Refusal refusal = refusal_of(ErrorCode::history_unavailable,
                                 "There is no database of the history that can be read now.");
    refusal.log = "the history cannot be read: " + error;
    return refusal;
}

Refusal history_busy() {
    return refusal_of(ErrorCode::busy, "Too many questions to the history wait already.");
}

tracker::history::Reader& require_history(tracker::history::Reader* history) {
    if (history == nullptr) {
        throw history_unavailable("there is no state directory");
    }
    return *history;
}

}  // namespace agent_sessions::admin
