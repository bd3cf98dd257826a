#include "admin/session_order.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "admin/problem.h"
#include "admin/session_filter.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

struct ColumnName {
    std::string_view name;
    SortColumn column;
};

constexpr std::array kColumns{
    ColumnName{"agent", SortColumn::agent},         ColumnName{"started", SortColumn::started},
    ColumnName{"instances", SortColumn::instances}, ColumnName{"last_seen", SortColumn::last_seen},
    ColumnName{"account", SortColumn::account},     ColumnName{"label", SortColumn::label},
    ColumnName{"address", SortColumn::address},     ColumnName{"user_agent", SortColumn::user_agent},
    ColumnName{"state", SortColumn::state},
};

std::int64_t millis_of(tracker::WallTime instant) {
    return instant.time_since_epoch().count();
}

// On the clock it was noted with: on the wall clock one and the same instant would move by a millisecond from
// one request to the next, and a page would lose or repeat a session.
std::int64_t boot_millis_of(tracker::WallTime last_seen, tracker::Now now) {
    return (now.boot - (now.wall - last_seen)).time_since_epoch().count();
}

}  // namespace

SessionOrder SessionOrder::parse(std::string_view text) {
    const bool descending = text.starts_with('-');
    const std::string_view name = text.substr(descending ? 1 : 0);
    const auto found = std::find_if(kColumns.begin(), kColumns.end(),
                                    [name](const ColumnName& column) { return column.name == name; });
    if (found != kColumns.end()) {
        return {found->column, descending};
    }
    if (name == "interactions" || name == "open_interactions") {
        throw refusal_of(
            ErrorCode::sort_not_supported,
            "The list can be sorted by every column except Open Interactions. \"instances\" sorts by "
            "their number.",
            {{Source::query, "sort", "does not sort by the names of interactions"}});
    }
    throw invalid_field(
        Source::query, "sort",
        "must be agent, started, instances, last_seen, account, label, address, user_agent or state, "
        "with a leading - for the reverse order");
}

bool SessionOrder::needs_row() const {
    switch (column) {
        case SortColumn::started:
        case SortColumn::last_seen:
        case SortColumn::account:
        case SortColumn::state:
            return false;
        default:
            return true;
    }
}

SortKey SessionOrder::glance_key(const tracker::Tracker::Glance& glance, std::string_view account,
                                 tracker::Now now) const {
    SortKey key;
    key.session = glance.key;
    if (column == SortColumn::started) {
        key.number = millis_of(glance.started);
    } else if (column == SortColumn::last_seen) {
        key.number = boot_millis_of(glance.last_seen, now);
    } else if (column == SortColumn::account) {
        key.text = folded(account);
    }
    return key;
}

SortKey SessionOrder::row_key(const tracker::Row& row, std::string_view account, tracker::Now now) const {
    SortKey key;
    key.session = row.key;
    switch (column) {
        case SortColumn::agent:
            key.text = folded(row.agent.empty() ? kGuest : row.agent);
            break;
        case SortColumn::started:
            key.number = millis_of(row.started);
            break;
        case SortColumn::instances:
            key.number = row.instances;
            break;
        case SortColumn::last_seen:
            key.number = boot_millis_of(row.last_seen, now);
            break;
        case SortColumn::account:
            key.text = folded(account);
            break;
        case SortColumn::label:
            key.text = folded(row.label);
            break;
        case SortColumn::address:
            key.text = folded(row.address);
            break;
        case SortColumn::user_agent:
            key.text = folded(row.user_agent);
            break;
        case SortColumn::state:
            break;
    }
    return key;
}

bool SessionOrder::before(const SortKey& left, const SortKey& right) const {
    if (left.number != right.number) {
        return (left.number < right.number) != descending;
    }
    if (const int compared = left.text.compare(right.text); compared != 0) {
        return (compared < 0) != descending;
    }
    return std::tie(left.session.high, left.session.low) < std::tie(right.session.high, right.session.low);
}

void FirstKeys::offer(SortKey key) {
    const auto before = [this](const SortKey& left, const SortKey& right) {
        return order_.before(left, right);
    };
    if (heap_.size() == size_) {
        if (!order_.before(key, heap_.front())) {
            return;
        }
        std::pop_heap(heap_.begin(), heap_.end(), before);
        heap_.back() = std::move(key);
    } else {
        heap_.push_back(std::move(key));
    }
    std::push_heap(heap_.begin(), heap_.end(), before);
}

std::vector<SortKey> FirstKeys::take() {
    std::sort_heap(heap_.begin(), heap_.end(),
                   [this](const SortKey& left, const SortKey& right) { return order_.before(left, right); });
    return std::exchange(heap_, {});
}

}  // namespace agent_sessions::admin
