// A page of a list of the history: its parameters, its cursor, its sessions in JSON.
//
// A cursor carries the instants and the sequence that the first page was asked with, so that all pages are of
// the same list. Thread safety: none; belongs to one request.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admin/query.h"
#include "tracker/history/session_queries.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// What the list is about; which of them counts is the list's own business.
struct HistoryBounds {
    tracker::WallTime from{};
    tracker::WallTime to{};  // not included
    std::uint64_t sequence = 0;
};

// The first two numbers of a place order the list; the third tells ties apart with the second.
struct HistoryPlace {
    tracker::WallTime at{};
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

class HistoryCursor {
  public:
    // Of the list `route` with the conditions of the query. Throws Refusal invalid_cursor.
    HistoryCursor(std::string_view route, const Query& query);

    // nullopt: the first page.
    const std::optional<HistoryBounds>& bounds() const { return bounds_; }
    const std::optional<HistoryPlace>& place() const { return place_; }

    // The member `next`.
    boost::json::value next(const HistoryBounds& bounds, const HistoryPlace& last) const;

  private:
    std::uint64_t digest_;
    std::optional<HistoryBounds> bounds_;
    std::optional<HistoryPlace> place_;
};

// The parameters `from` and `to`; what is not given is unbounded and now. Throws Refusal invalid_parameter.
HistoryBounds range_of(const Query& query, tracker::WallTime now);
// Throws Refusal invalid_parameter; nullopt = not given.
std::optional<tracker::WallTime> instant_of(const Query& query, std::string_view name);
// A text that is compared as it is; empty = without one. Throws as instant_of().
std::optional<std::string> exact_text_of(const Query& query, std::string_view name, std::size_t max_bytes);

// A session as the history knows it; of one that lives, what the table knows is newer.
boost::json::object history_session_json(const tracker::history::StoredSession& stored,
                                         tracker::Tracker tracker, tracker::Now now);

inline constexpr std::string_view kHistoryColumns[] = {
    "ref", "account", "agent", "label", "started", "logged_in_at", "last_seen", "ended_at", "reason", "by"};

}  // namespace agent_sessions::admin
