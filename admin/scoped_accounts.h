// The accounts that one request is about: the caller's scope, or the one account of it that the request
// names.
//
// Thread safety: none; belongs to one request. Holds a copy of the tracker's accounts, so names stay valid
// with it. Cost: making one and refresh() copy every account of the tracker.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "admin/access.h"
#include "admin/problem.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

struct UsageFigures {
    std::uint64_t current = 0;
    std::uint64_t agents = 0;
    std::uint64_t untracked = 0;
    // nullopt: some account with sessions has no licence total, or none has one.
    std::optional<std::uint64_t> total;
};

// The same for an account outside the scope and one that nobody has ever seen.
Refusal account_not_found();

class ScopedAccounts {
  public:
    ScopedAccounts(tracker::Tracker tracker, Scope scope, std::string fallback_time_zone);

    // Narrows to one account. Throws Refusal account_not_found, the same for one outside the scope and one
    // that nobody has ever seen; an account that the scope itself names exists.
    void narrow(std::string_view account);
    // Narrows to one account of the scope that perhaps only the history knows: false = it has to be asked.
    // Throws Refusal account_not_found for one outside the scope.
    bool narrow_in_past(std::string_view account);

    // The name of an account that is covered, else nullptr. Accounts made after this object are found too.
    // Valid until the next call that is not const.
    const std::string* covered_name(std::uint16_t index);
    // REQUIRES: covered_name(index) != nullptr. Never empty.
    const std::string& time_zone(std::uint16_t index) const;
    bool covers(std::string_view account) const;

    // The one account that this is about; nullptr: several, or all.
    const std::string* single() const;
    // All accounts there are.
    bool is_everything() const { return scope_.all() && !only_; }
    // Those that the scope names; empty where it names none.
    const std::vector<std::string>& scope_names() const { return scope_.names(); }
    // The zone in which figures over all of these are told.
    const std::string& time_zone() const;

    // Fresh figures; accounts that the scope names but nobody has seen yet are rows without sessions.
    std::vector<tracker::AccountUsage> usages();
    UsageFigures figures();

    // What an account's own zone reads as.
    const std::string& zone_or_fallback(const std::string& zone) const;

  private:
    bool knows(std::string_view account) const;
    void refresh();

    tracker::Tracker tracker_;
    Scope scope_;
    std::optional<std::string> only_;
    std::string fallback_time_zone_;
    std::vector<std::optional<tracker::AccountUsage>> by_index_;  // only covered ones are filled
    tracker::AccountUsage unseen_;  // what one that is not there yet begins with
};

// The names of those that are covered as an act keeps them: each with a line feed behind it.
std::string account_lines(ScopedAccounts& accounts, const std::set<std::uint16_t>& indexes);

}  // namespace agent_sessions::admin
