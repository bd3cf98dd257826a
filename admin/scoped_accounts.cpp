#include "admin/scoped_accounts.h"

#include <algorithm>

#include "admin/problem.h"

namespace agent_sessions::admin {
namespace {

// Not an account, though it is counted like one.
constexpr std::string_view kOverall = "*";

}  // namespace

Refusal account_not_found() {
    return refusal_of(ErrorCode::account_not_found,
                      "No account of this name is among those that you may see.");
}

ScopedAccounts::ScopedAccounts(tracker::Tracker tracker, Scope scope, std::string fallback_time_zone)
    : tracker_(tracker), scope_(std::move(scope)), fallback_time_zone_(std::move(fallback_time_zone)) {
    refresh();
}

void ScopedAccounts::refresh() {
    by_index_.clear();
    unseen_ = tracker_.unseen_account();
    for (tracker::AccountUsage& usage : tracker_.accounts()) {
        if (usage.index >= by_index_.size()) {
            by_index_.resize(usage.index + std::size_t{1});
        }
        if (usage.name != kOverall && covers(usage.name)) {
            by_index_[usage.index] = std::move(usage);
        }
    }
}

bool ScopedAccounts::knows(std::string_view account) const {
    const bool named_by_scope = !scope_.all() && scope_.covers(account);
    return named_by_scope || std::any_of(by_index_.begin(), by_index_.end(), [account](const auto& usage) {
               return usage && usage->name == account;
           });
}

void ScopedAccounts::narrow(std::string_view account) {
    if (!narrow_in_past(account)) {
        throw account_not_found();
    }
}

bool ScopedAccounts::narrow_in_past(std::string_view account) {
    if (!scope_.covers(account) || account == kOverall) {
        throw account_not_found();
    }
    const bool known = knows(account);
    only_ = account;
    refresh();
    return known;
}

const std::string* ScopedAccounts::covered_name(std::uint16_t index) {
    if (index >= by_index_.size()) {
        refresh();
    }
    if (index >= by_index_.size() || !by_index_[index]) {
        return nullptr;
    }
    return &by_index_[index]->name;
}

const std::string& ScopedAccounts::time_zone(std::uint16_t index) const {
    return zone_or_fallback(by_index_[index]->time_zone);
}

bool ScopedAccounts::covers(std::string_view account) const {
    return scope_.covers(account) && (!only_ || *only_ == account);
}

const std::string* ScopedAccounts::single() const {
    if (only_) {
        return &*only_;
    }
    return !scope_.all() && scope_.names().size() == 1 ? &scope_.names().front() : nullptr;
}

const std::string& ScopedAccounts::time_zone() const {
    const std::string* const account = single();
    if (account == nullptr) {
        return fallback_time_zone_;
    }
    for (const auto& usage : by_index_) {
        if (usage && usage->name == *account) {
            return zone_or_fallback(usage->time_zone);
        }
    }
    return zone_or_fallback(unseen_.time_zone);
}

std::vector<tracker::AccountUsage> ScopedAccounts::usages() {
    refresh();
    std::vector<tracker::AccountUsage> usages;
    for (const auto& usage : by_index_) {
        if (usage) {
            usages.push_back(*usage);
        }
    }
    for (const std::string& name : scope_.names()) {
        const bool seen =
            std::any_of(usages.begin(), usages.end(),
                        [&name](const tracker::AccountUsage& usage) { return usage.name == name; });
        if (!seen && covers(name)) {
            tracker::AccountUsage unseen = unseen_;
            unseen.name = name;
            usages.push_back(std::move(unseen));
        }
    }
    std::sort(usages.begin(), usages.end(),
              [](const auto& left, const auto& right) { return left.name < right.name; });
    return usages;
}

UsageFigures ScopedAccounts::figures() {
    UsageFigures figures;
    std::uint64_t total = 0;
    bool any_total = false;
    bool open_ended = false;
    for (const tracker::AccountUsage& usage : usages()) {
        figures.current += usage.current;
        figures.agents += usage.agents;
        figures.untracked += usage.untracked;
        if (usage.total) {
            total += *usage.total;
            any_total = true;
        } else if (usage.current > 0) {
            open_ended = true;
        }
    }
    if (any_total && !open_ended) {
        figures.total = total;
    }
    if (scope_.all() && !only_) {
        const tracker::AccountUsage overall = tracker_.overall_usage();
        figures.current = overall.current;
        figures.agents = overall.agents;
        figures.untracked = overall.untracked;
    }
    return figures;
}

const std::string& ScopedAccounts::zone_or_fallback(const std::string& zone) const {
    return zone.empty() ? fallback_time_zone_ : zone;
}

std::string account_lines(ScopedAccounts& accounts, const std::set<std::uint16_t>& indexes) {
    std::string lines;
    for (const std::uint16_t index : indexes) {
        if (const std::string* const name = accounts.covered_name(index)) {
            lines += *name + '\n';
        }
    }
    return lines;
}

}  // namespace agent_sessions::admin
