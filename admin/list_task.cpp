#include "admin/list_task.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/answer.h"
#include "admin/list_cursor.h"
#include "admin/problem.h"
#include "admin/query.h"
#include "admin/scoped_accounts.h"
#include "admin/session_filter.h"
#include "admin/session_json.h"
#include "admin/session_order.h"
#include "admin/walk.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 12> kParameters{"sort",    "limit",   "cursor",   "q",
                                                       "agent",   "account", "label",    "interaction",
                                                       "address", "idle_gt", "multiple", "state"};
constexpr std::array<std::string_view, 12> kColumns{"ref",       "account", "time_zone",  "label",
                                                    "agent",     "started", "last_seen",  "interactions",
                                                    "instances", "address", "user_agent", "state"};

struct ListRequest {
    SessionOrder order;
    std::size_t limit = 0;
    SessionFilter filter;
    std::optional<SortKey> after;
};

ListRequest parse_list_request(std::string_view raw) {
    const Query query = Query::parse(raw, kParameters);
    ListRequest list;
    if (const auto sort = query.find("sort")) {
        list.order = SessionOrder::parse(*sort);
    }
    list.limit = limit_of(query);
    for (const std::string_view name : SessionFilter::kNames) {
        if (const auto value = query.find(name)) {
            list.filter.set(Source::query, name, name, value);
        }
    }
    if (const auto cursor = query.find("cursor")) {
        list.after = decode_cursor(*cursor, list.order, list.filter.digest());
        if (!list.after) {
            throw refusal_of(ErrorCode::invalid_cursor,
                             "The cursor is damaged, or belongs to a list with another order or filter.",
                             {{Source::query, "cursor", "does not fit this list"}});
        }
    }
    return list;
}

class ListTask final : public Task {
  public:
    ListTask(ListRequest list, ListFormat format, ScopedAccounts accounts, const Access& access,
             tracker::Tracker tracker)
        : list_(std::move(list)),
          format_(std::move(format)),
          accounts_(std::move(accounts)),
          own_session_(access.own_session),
          tracker_(tracker),
          first_(list_.order, list_.limit + 1),
          walk_(tracker, list_.filter.parts() | list_.order.parts()) {}

    std::optional<Response> step(const Slice& slice) override {
        if (!pass(slice)) {
            return std::nullopt;
        }
        if (!keys_) {
            keys_ = first_.take();
        }
        return write_rows(slice) ? std::optional(answer(slice.now())) : std::nullopt;
    }

  private:
    bool pass(const Slice& slice) {
        return walk_.step(
            slice,
            [this](const tracker::Tracker::Glance& glance, tracker::Now now) { return look_at(glance, now); },
            [this](const tracker::Row& row, tracker::Now now) { look_at(row, now); });
    }

    // true: the row is needed.
    bool look_at(const tracker::Tracker::Glance& glance, tracker::Now now) {
        const std::string* const account = accounts_.covered_name(glance.account);
        if (account == nullptr || !list_.filter.accepts(glance, now)) {
            return false;
        }
        if (list_.filter.needs_row() || list_.order.needs_row()) {
            return true;
        }
        take(list_.order.value_of(glance, *account, now));
        return false;
    }

    void look_at(const tracker::Row& row, tracker::Now now) {
        const std::string* const account = accounts_.covered_name(row.account);
        if (account != nullptr && list_.filter.accepts(row, *account)) {
            take(list_.order.value_of(row, *account, now));
        }
    }

    void take(const SortValue& value) {
        ++filtered_;
        if (!list_.after || list_.order.before(*list_.after, value)) {
            first_.offer(value);
        }
    }

    // Reads and writes the rows of the page, one by one. One that has ended meanwhile is left out; the cursor
    // does not depend on it.
    bool write_rows(const Slice& slice) {
        const std::size_t wanted = std::min(keys_->size(), list_.limit);
        tracker::Row row;
        while (looked_up_ < wanted) {
            if (tracker_.read_row((*keys_)[looked_up_].session, slice.now(), row)) {
                write(row);
            }
            ++looked_up_;
            if (slice.over()) {
                break;
            }
        }
        return looked_up_ == wanted;
    }

    void write(const tracker::Row& row) {
        if (const std::string* const account = accounts_.covered_name(row.account)) {
            const SessionContext context{*account, accounts_.time_zone(row.account), row.key == own_session_};
            rows_.push_back(format_.written(session_json(row, context), kColumns));
            shown_.push_back(row.key);
        }
    }

    // A page that took several slices must not show more sessions than it counts.
    std::vector<std::string> still_counted() {
        std::vector<std::string> rows;
        rows.reserve(rows_.size());
        for (std::size_t place = 0; place < rows_.size(); ++place) {
            if (tracker_.is_counted(shown_[place])) {
                rows.push_back(std::move(rows_[place]));
            }
        }
        return rows;
    }

    Response answer(tracker::Now now) {
        const std::vector<std::string> rows = still_counted();
        const std::uint64_t total = accounts_.figures().current;
        json::object list{
            {"total", total},
            {"filtered", list_.filter.narrows() ? filtered_ : total},
            {"next", nullptr},
            {"generated_at", time_text(now.wall)},
            {"time_zone", accounts_.time_zone()},
        };
        if (keys_->size() > list_.limit) {
            list["next"] = encode_cursor(list_.order, list_.filter.digest(), (*keys_)[list_.limit - 1]);
        }
        return format_.answer(list, "sessions", rows, kColumns, now.wall);
    }

    ListRequest list_;
    ListFormat format_;
    ScopedAccounts accounts_;
    std::optional<tracker::SessionKey> own_session_;
    tracker::Tracker tracker_;
    FirstKeys first_;
    Walk walk_;
    std::uint64_t filtered_ = 0;
    std::optional<std::vector<SortKey>> keys_;
    std::size_t looked_up_ = 0;
    std::vector<std::string> rows_;           // as written
    std::vector<tracker::SessionKey> shown_;  // of each of rows_
};

}  // namespace

std::unique_ptr<Task> make_list_task(const Request& request, const ListFormat& format, const Access& access,
                                     tracker::Tracker tracker) {
    ListRequest list = parse_list_request(request.query);
    ScopedAccounts accounts(tracker, access.scope, access.time_zone);
    if (list.filter.account()) {
        accounts.narrow(*list.filter.account());
    }
    return std::make_unique<ListTask>(std::move(list), format, std::move(accounts), access, tracker);
}

}  // namespace agent_sessions::admin
