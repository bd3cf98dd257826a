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

template <typename Left, typename Right, typename CompareTexts>
bool goes_before(const Left& left, const Right& right, bool descending, CompareTexts compare_texts) {
    if (left.number != right.number) {
        return (left.number < right.number) != descending;
    }
    if (const int compared = compare_texts(); compared != 0) {
        return (compared < 0) != descending;
    }
    return std::tie(left.session.high, left.session.low) < std::tie(right.session.high, right.session.low);
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
            return false;
        default:
            return true;
    }
}

tracker::RowParts SessionOrder::parts() const {
    tracker::RowParts parts;
    parts.agent = column == SortColumn::agent;
    parts.label = column == SortColumn::label;
    parts.address = column == SortColumn::address;
    parts.user_agent = column == SortColumn::user_agent;
    parts.interactions = column == SortColumn::instances;
    parts.last_seen = column == SortColumn::last_seen;
    parts.pending_end = column == SortColumn::state;
    return parts;
}

SortKey SortValue::key() const {
    return {folded(text), number, session};
}

SortValue SessionOrder::value_of(const tracker::Tracker::Glance& glance, std::string_view account,
                                 tracker::Now now) const {
    SortValue value{{}, 0, glance.key};
    if (column == SortColumn::started) {
        value.number = millis_of(glance.started);
    } else if (column == SortColumn::last_seen) {
        value.number = boot_millis_of(glance.last_seen, now);
    } else if (column == SortColumn::account) {
        value.text = account;
    }
    return value;
}

SortValue SessionOrder::value_of(const tracker::Row& row, std::string_view account, tracker::Now now) const {
    SortValue value{{}, 0, row.key};
    switch (column) {
        case SortColumn::agent:
            value.text = row.agent.empty() ? kGuest : row.agent;
            break;
        case SortColumn::started:
            value.number = millis_of(row.started);
            break;
        case SortColumn::instances:
            value.number = row.instances;
            break;
        case SortColumn::last_seen:
            value.number = boot_millis_of(row.last_seen, now);
            break;
        case SortColumn::account:
            value.text = account;
            break;
        case SortColumn::label:
            value.text = row.label;
            break;
        case SortColumn::address:
            value.text = row.address;
            break;
        case SortColumn::user_agent:
            value.text = row.user_agent;
            break;
        case SortColumn::state:
            value.text = state_of(row);
            break;
    }
    return value;
}

bool SessionOrder::before(const SortKey& left, const SortKey& right) const {
    return goes_before(left, right, descending, [&] { return left.text.compare(right.text); });
}

bool SessionOrder::before(const SortValue& left, const SortKey& right) const {
    return goes_before(left, right, descending, [&] { return compare_folded(left.text, right.text); });
}

bool SessionOrder::before(const SortKey& left, const SortValue& right) const {
    return goes_before(left, right, descending, [&] { return -compare_folded(right.text, left.text); });
}

void FirstKeys::offer(const SortValue& value) {
    const auto before = [this](const SortKey& left, const SortKey& right) {
        return order_.before(left, right);
    };
    if (heap_.size() == size_) {
        if (!order_.before(value, heap_.front())) {
            return;
        }
        std::pop_heap(heap_.begin(), heap_.end(), before);
        heap_.back() = value.key();
    } else {
        heap_.push_back(value.key());
    }
    std::push_heap(heap_.begin(), heap_.end(), before);
}

std::vector<SortKey> FirstKeys::take() {
    std::sort_heap(heap_.begin(), heap_.end(),
                   [this](const SortKey& left, const SortKey& right) { return order_.before(left, right); });
    return std::exchange(heap_, {});
}

}  // namespace agent_sessions::admin
