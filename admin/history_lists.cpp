#include "admin/history_lists.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "admin/history_page.h"
#include "admin/history_question.h"
#include "admin/json_values.h"
#include "admin/problem.h"
#include "admin/query.h"
#include "tracker/history/audit_queries.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
namespace history = tracker::history;

constexpr std::array<std::string_view, 7> kHistoryParameters{"at",      "from",  "to",    "agent",
                                                             "account", "limit", "cursor"};
constexpr std::array<std::string_view, 8> kEndedParameters{"from",   "to", "agent", "account",
                                                           "reason", "by", "limit", "cursor"};
constexpr std::array<std::string_view, 7> kAuditParameters{"from",   "to",    "user",  "account",
                                                           "action", "limit", "cursor"};
constexpr std::array<std::string_view, 12> kEndedColumns{"ref",     "account",      "agent",     "label",
                                                         "started", "logged_in_at", "last_seen", "ended_at",
                                                         "reason",  "by",           "why",       "message"};
constexpr std::array<std::string_view, 13> kAuditColumns{"id",      "at",       "user",  "role",  "address",
                                                         "action",  "accounts", "what",  "agent", "reason",
                                                         "message", "ended",    "result"};

// What is the same of every page of a list.
struct ListContext {
    ListFormat format;
    HistoryCursor cursor;
    HistoryBounds bounds;
    std::string time_zone;
};

using BoundsOf = HistoryBounds (*)(const Query& query, tracker::WallTime now);

// Which list is asked for, of what, by whom; checked. Throws Refusal.
struct ListRequest {
    ListRequest(const Request& request, const ListFormat& format, const Access& access,
                tracker::Tracker tracker, std::string_view list, std::span<const std::string_view> parameters,
                BoundsOf bounds_of)
        : query(Query::parse(request.query, parameters)),
          scope(access, query.find("account"), tracker),
          context{format, HistoryCursor(list, query), bounds_of(query, request.now.wall),
                  scope.scoped.time_zone()} {
        context.bounds = context.cursor.bounds().value_or(context.bounds);
    }

    Query query;
    HistoryScope scope;
    ListContext context;
};

json::object list_of(std::string_view rows, json::array entries, std::uint64_t filtered,
                     const ListContext& context, tracker::Now now) {
    return json::object{
        {rows, std::move(entries)},
        {"filtered", filtered},
        {"next", nullptr},
        {"time_zone", context.time_zone},
        {"generated_at", time_text(now.wall)},
    };
}

history::SessionQuestion question_of(const ListRequest& list) {
    history::SessionQuestion question;
    question.accounts = list.scope.accounts();
    question.from = list.context.bounds.from;
    question.to = list.context.bounds.to;
    question.agent = exact_text_of(list.query, "agent", tracker::kMaxAgentBytes);
    question.limit = limit_of(list.query);
    if (const auto& place = list.context.cursor.place()) {
        question.after = history::SessionPlace{place->at, {place->high, place->low}};
    }
    return question;
}

std::unique_ptr<Task> make_session_task(const Request& request, ListRequest list,
                                        history::SessionQuestion question, tracker::Tracker tracker,
                                        history::Reader& history) {
    const bool is_about_ends = question.which == history::SessionsThat::ended_between;
    auto answer = ask_history(history, list.scope.unseen,
                              [question = std::move(question)](history::Connection& connection) {
                                  return read_sessions(connection, question);
                              });
    return make_history_task(
        std::move(answer), request,
        [context = std::move(list.context), tracker, is_about_ends](const history::SessionPage& page,
                                                                    tracker::Now now) {
            json::array sessions;
            for (const history::StoredSession& stored : page.sessions) {
                json::object session = history_session_json(stored, tracker, now);
                if (is_about_ends) {
                    session["why"] = optional_text(stored.why);
                    session["message"] = optional_text(stored.message);
                }
                sessions.push_back(std::move(session));
            }
            json::object body = list_of("sessions", std::move(sessions), page.filtered, context, now);
            if (page.next) {
                body["next"] = context.cursor.next(context.bounds,
                                                   {page.next->at, page.next->key.high, page.next->key.low});
            }
            const auto columns = is_about_ends ? std::span<const std::string_view>(kEndedColumns)
                                               : std::span<const std::string_view>(kHistoryColumns);
            return context.format.answer(std::move(body), "sessions", columns, now.wall);
        });
}

tracker::EndReason parse_reason(std::string_view word) {
    using tracker::EndReason;
    for (const EndReason reason : {EndReason::administrator, EndReason::replaced, EndReason::limit,
                                   EndReason::idle, EndReason::absolute, EndReason::logout}) {
        if (word == to_string(reason)) {
            return reason;
        }
    }
    throw invalid_field(Source::query, "reason",
                        "must be administrator, replaced, limit, idle, absolute or logout");
}

tracker::ActKind parse_action(std::string_view word) {
    using tracker::ActKind;
    for (const ActKind kind : {ActKind::terminate, ActKind::keep, ActKind::erase}) {
        if (word == to_string(kind)) {
            return kind;
        }
    }
    throw invalid_field(Source::query, "action", "must be terminate, keep or erase");
}

// `at`, or a range; neither = now.
HistoryBounds bounds_of_history(const Query& query, tracker::WallTime now) {
    const auto at = instant_of(query, "at");
    const bool has_range = query.find("from") || query.find("to");
    if (at && has_range) {
        throw invalid_field(Source::query, "at", "excludes \"from\" and \"to\"");
    }
    if (has_range) {
        return range_of(query, now);
    }
    HistoryBounds bounds;
    bounds.from = std::min(at.value_or(now), now);
    bounds.to = bounds.from;
    return bounds;
}

json::object entry_json(const history::AuditEntry& entry) {
    return json::object{
        {"id", entry.id},
        {"at", time_text(entry.at)},
        {"user", optional_text(entry.user)},
        {"role", entry.role},
        {"address", optional_text(entry.address)},
        {"action", entry.action},
        {"accounts", json::array(entry.accounts.begin(), entry.accounts.end())},
        {"what", entry.what},
        {"agent", optional_text(entry.agent)},
        {"reason", optional_text(entry.reason)},
        {"message", optional_text(entry.message)},
        {"ended", entry.ended},
        {"result", entry.result},
    };
}

history::Accounts scope_of(const Access& access) {
    return access.scope.all() ? history::Accounts{true, {}} : history::Accounts{false, access.scope.names()};
}

}  // namespace

std::unique_ptr<Task> make_history_list_task(const Request& request, const ListFormat& format,
                                             const Access& access, tracker::Tracker tracker,
                                             history::Reader* history) {
    ListRequest list(request, format, access, tracker, "history", kHistoryParameters, bounds_of_history);
    history::SessionQuestion question = question_of(list);
    question.which = list.query.find("from") || list.query.find("to")
                         ? history::SessionsThat::were_alive_between
                         : history::SessionsThat::were_alive_at;
    return make_session_task(request, std::move(list), std::move(question), tracker,
                             require_history(history));
}

std::unique_ptr<Task> make_ended_list_task(const Request& request, const ListFormat& format,
                                           const Access& access, tracker::Tracker tracker,
                                           history::Reader* history) {
    ListRequest list(request, format, access, tracker, "ended", kEndedParameters, range_of);
    history::SessionQuestion question = question_of(list);
    question.which = history::SessionsThat::ended_between;
    question.by = exact_text_of(list.query, "by", tracker::kMaxUserBytes);
    if (const auto reason = list.query.find("reason")) {
        question.reason = parse_reason(*reason);
    }
    return make_session_task(request, std::move(list), std::move(question), tracker,
                             require_history(history));
}

std::unique_ptr<Task> make_audit_list_task(const Request& request, const ListFormat& format,
                                           const Access& access, tracker::Tracker tracker,
                                           history::Reader* history) {
    ListRequest list(request, format, access, tracker, "audit", kAuditParameters, range_of);
    history::AuditQuestion question;
    question.scope = scope_of(access);
    question.from = list.context.bounds.from;
    question.to = list.context.bounds.to;
    question.account = exact_text_of(list.query, "account", tracker::kMaxAccountBytes);
    question.user = exact_text_of(list.query, "user", tracker::kMaxUserBytes);
    if (const auto action = list.query.find("action")) {
        question.action = std::string(to_string(parse_action(*action)));
    }
    question.limit = limit_of(list.query);
    if (const auto& place = list.context.cursor.place()) {
        question.after = history::AuditPlace{place->at, static_cast<std::int64_t>(place->low)};
    }
    auto answer = ask_history(require_history(history), list.scope.unseen,
                              [question = std::move(question)](history::Connection& connection) {
                                  return read_audit(connection, question);
                              });
    return make_history_task(
        std::move(answer), request,
        [context = std::move(list.context)](const history::AuditPage& page, tracker::Now now) {
            json::array entries;
            for (const history::AuditEntry& entry : page.entries) {
                entries.push_back(entry_json(entry));
            }
            json::object body = list_of("entries", std::move(entries), page.filtered, context, now);
            if (page.next) {
                body["next"] = context.cursor.next(
                    context.bounds, {page.next->at, 0, static_cast<std::uint64_t>(page.next->id)});
            }
            return context.format.answer(std::move(body), "entries", kAuditColumns, now.wall);
        });
}

}  // namespace agent_sessions::admin
