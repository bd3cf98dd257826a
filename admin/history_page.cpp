#include "admin/history_page.h"

#include <algorithm>
#include <array>
#include <vector>

#include "admin/digest.h"
#include "admin/instants.h"
#include "admin/json_values.h"
#include "admin/place_cursor.h"
#include "admin/problem.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
using tracker::WallTime;

// from, to, sequence, at, high, low
constexpr std::size_t kNumbers = 6;

std::uint64_t digest_of_list(std::string_view route, const Query& query) {
    std::vector<std::pair<std::string, std::string>> conditions;
    for (const auto& parameter : query.parameters()) {
        if (parameter.first != "limit" && parameter.first != "cursor") {
            conditions.push_back(parameter);
        }
    }
    std::sort(conditions.begin(), conditions.end());
    std::string canonical(route);
    for (const auto& [name, value] : conditions) {
        canonical.append(1, '\n').append(name).append(1, '=');
        canonical.append(std::to_string(value.size())).append(1, ':').append(value);
    }
    return digest_of(canonical);
}

std::int64_t number_of(WallTime instant) {
    return instant.time_since_epoch().count();
}

WallTime instant_from(std::int64_t number) {
    return WallTime{tracker::Millis{number}};
}

json::value reason_or_null(tracker::EndReason reason) {
    return reason == tracker::EndReason::none ? json::value(nullptr)
                                              : json::value(tracker::to_string(reason));
}

// It has ended, and the history has not heard of it yet.
void add_end(json::object& session, const tracker::EndedFacts& facts, tracker::Now now) {
    session["ended_at"] = time_text(now.wall - (now.boot - facts.ended_at));
    session["reason"] = reason_or_null(facts.reason);
    session["by"] = text_or_null(facts.by);
}

}  // namespace

HistoryCursor::HistoryCursor(std::string_view route, const Query& query)
    : digest_(digest_of_list(route, query)) {
    const auto cursor = query.find("cursor");
    if (!cursor) {
        return;
    }
    std::array<std::int64_t, kNumbers> numbers{};
    if (!decode_place(*cursor, digest_, numbers)) {
        throw refusal_of(ErrorCode::invalid_cursor,
                         "The cursor is damaged, or belongs to another list or filter.",
                         {{Source::query, "cursor", "does not fit this list"}});
    }
    bounds_ = {instant_from(numbers[0]), instant_from(numbers[1]), static_cast<std::uint64_t>(numbers[2])};
    place_ = {instant_from(numbers[3]), static_cast<std::uint64_t>(numbers[4]),
              static_cast<std::uint64_t>(numbers[5])};
}

json::value HistoryCursor::next(const HistoryBounds& bounds, const HistoryPlace& last) const {
    const std::array<std::int64_t, kNumbers> numbers{number_of(bounds.from),
                                                     number_of(bounds.to),
                                                     static_cast<std::int64_t>(bounds.sequence),
                                                     number_of(last.at),
                                                     static_cast<std::int64_t>(last.high),
                                                     static_cast<std::int64_t>(last.low)};
    return json::value(json::string(encode_place(digest_, numbers)));
}

std::optional<WallTime> instant_of(const Query& query, std::string_view name) {
    const auto text = query.find(name);
    if (!text) {
        return std::nullopt;
    }
    const auto instant = parse_instant(*text);
    if (!instant) {
        throw invalid_field(Source::query, name,
                            "must be an instant such as 2026-03-03T14:05:00Z or 2026-03-03T15:05:00+01:00");
    }
    return instant;
}

HistoryBounds range_of(const Query& query, WallTime now) {
    HistoryBounds bounds;
    bounds.from = instant_of(query, "from").value_or(WallTime{});
    // What happens in this very millisecond is in it.
    bounds.to = instant_of(query, "to").value_or(now + tracker::Millis{1});
    if (bounds.to <= bounds.from) {
        throw invalid_field(Source::query, query.find("to") ? "to" : "from",
                            query.find("to") ? "must be later than \"from\"" : "must not lie ahead");
    }
    return bounds;
}

std::optional<std::string> exact_text_of(const Query& query, std::string_view name, std::size_t max_bytes) {
    const auto text = query.find(name);
    if (!text) {
        return std::nullopt;
    }
    if (text->size() > max_bytes) {
        throw invalid_field(Source::query, name, "has more than " + std::to_string(max_bytes) + " bytes");
    }
    return std::string(*text);
}

json::object history_session_json(const tracker::history::StoredSession& stored, tracker::Tracker tracker,
                                  tracker::Now now) {
    json::object session{
        {"ref", tracker::to_ref(stored.key)},
        {"account", stored.account},
        {"agent", optional_text(stored.agent)},
        {"label", optional_text(stored.label)},
        {"started", time_text(stored.started)},
        {"logged_in_at", time_or_null(stored.logged_in_at)},
        {"last_seen", stored.last_seen ? json::value(seen_text(*stored.last_seen, stored.started)) : nullptr},
        {"ended_at", time_or_null(stored.ended_at)},
        {"reason", reason_or_null(stored.reason)},
        {"by", optional_text(stored.by)},
    };
    if (stored.ended_at || !tracker) {
        return session;
    }
    tracker::Row row;
    if (tracker.read_row(stored.key, now, row)) {
        session["last_seen"] = seen_text(row.last_seen, row.started);
        return session;
    }
    const tracker::Found found = tracker.find(stored.key, now);
    if (found.state == tracker::Found::State::ended) {
        if (const auto facts = tracker.ended_facts(found.handle)) {
            add_end(session, *facts, now);
        }
    }
    return session;
}

}  // namespace agent_sessions::admin
