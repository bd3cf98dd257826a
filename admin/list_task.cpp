#include "admin/list_task.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
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

constexpr std::array<std::string_view, 11> kParameters{"sort",    "limit",   "cursor",  "q",
                                                       "agent",   "account", "label",   "interaction",
                                                       "address", "idle_gt", "multiple"};
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
          first_(list_.order, list_.limit + 1) {}

    std::optional<Response> step(const Slice& slice) override {
        const bool was_read = is_read();
        if (!pass(slice)) {
            return std::nullopt;
        }
        if (!keys_) {
            keys_ = first_.take();
        }
        if (!enrich(slice)) {
            return std::nullopt;
        }
        if (!was_read && sessions_.size() > kShortPage) {
            return std::nullopt;
        }
        return answer(slice.now());
    }

  private:
    // More rows than these are written in a slice of their own.
    static constexpr std::size_t kShortPage = 50;

    bool is_read() const { return keys_ && enriched_ == std::min(keys_->size(), list_.limit); }

    bool pass(const Slice& slice) {
        return walk_.step(
            tracker_, slice,
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
        take(list_.order.glance_key(glance, *account, now));
        return false;
    }

    void look_at(const tracker::Row& row, tracker::Now now) {
        const std::string* const account = accounts_.covered_name(row.account);
        if (account != nullptr && list_.filter.accepts(row, *account)) {
            take(list_.order.row_key(row, *account, now));
        }
    }

    void take(SortKey key) {
        ++filtered_;
        if (!list_.after || list_.order.before(*list_.after, key)) {
            first_.offer(std::move(key));
        }
    }

    // Reads the rows of the page. One that has ended meanwhile is left out; the cursor does not depend on it.
    bool enrich(const Slice& slice) {
        const std::size_t wanted = std::min(keys_->size(), list_.limit);
        tracker::Row row;
        while (enriched_ < wanted) {
            if (tracker_.read_row((*keys_)[enriched_].session, slice.now(), row)) {
                if (const std::string* const account = accounts_.covered_name(row.account)) {
                    sessions_.push_back(session_json(
                        row, {*account, accounts_.time_zone(row.account), row.key == own_session_}));
                    shown_.push_back(row.key);
                }
            }
            ++enriched_;
            if (slice.over()) {
                break;
            }
        }
        return enriched_ == wanted;
    }

    // A page that took several slices must not show more sessions than it counts.
    json::array still_counted() {
        json::array sessions;
        sessions.reserve(sessions_.size());
        for (std::size_t place = 0; place < sessions_.size(); ++place) {
            if (tracker_.is_counted(shown_[place])) {
                sessions.push_back(std::move(sessions_[place]));
            }
        }
        return sessions;
    }

    Response answer(tracker::Now now) {
        json::array sessions = still_counted();
        const std::uint64_t total = accounts_.figures().current;
        json::object list{
            {"sessions", std::move(sessions)},
            {"total", total},
            {"filtered", list_.filter.narrows() ? filtered_ : total},
            {"next", nullptr},
            {"generated_at", time_text(now.wall)},
            {"time_zone", accounts_.time_zone()},
        };
        if (keys_->size() > list_.limit) {
            list["next"] = encode_cursor(list_.order, list_.filter.digest(), (*keys_)[list_.limit - 1]);
        }
        return format_.answer(std::move(list), "sessions", kColumns, now.wall);
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
    std::size_t enriched_ = 0;
    json::array sessions_;
    std::vector<tracker::SessionKey> shown_;  // of each of sessions_
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
