#include "admin/usage.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "admin/history_page.h"
#include "admin/history_question.h"
#include "admin/instants.h"
#include "admin/json_values.h"
#include "admin/query.h"
#include "tracker/history/schema.h"
#include "tracker/history/usage_queries.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
namespace history = tracker::history;
using history::Day;
using std::chrono::days;

constexpr std::array<std::string_view, 3> kUsageParameters{"account", "from", "to"};
constexpr std::array<std::string_view, 2> kMinutesParameters{"day", "account"};
constexpr std::array<std::string_view, 4> kPeakParameters{"date", "account", "limit", "cursor"};
constexpr std::array<std::string_view, 7> kDayColumns{"date",  "max",    "max_at",  "refused",
                                                      "total", "agents", "complete"};
constexpr std::array<std::string_view, 2> kMinuteColumns{"start", "max"};
constexpr int kMaxDays = 400;

std::optional<Day> date_of(const Query& query, std::string_view name) {
    const auto text = query.find(name);
    if (!text) {
        return std::nullopt;
    }
    const auto date = parse_date(*text);
    if (!date) {
        throw invalid_field(Source::query, name, "must be a date such as 2026-03-03");
    }
    return date;
}

Day required_date_of(const Query& query, std::string_view name) {
    const auto date = date_of(query, name);
    if (!date) {
        throw invalid_field(Source::query, name, "is missing");
    }
    return *date;
}

std::optional<history::Window> window_of(const Query& query, const std::string& time_zone,
                                         tracker::WallTime now) {
    const auto from = date_of(query, "from");
    const auto to = date_of(query, "to");
    if (!from && !to) {
        return std::nullopt;
    }
    const Day last = to.value_or(history::TimeZone(time_zone).day_of(now));
    const history::Window window{from.value_or(last - days{history::kWindowDays - 1}), last};
    if (window.to < window.from) {
        throw invalid_field(Source::query, to ? "to" : "from",
                            to ? "must not be before \"from\"" : "must not lie ahead");
    }
    if (window.to - window.from >= days{kMaxDays}) {
        throw invalid_field(Source::query, "from",
                            "is more than " + std::to_string(kMaxDays) + " days before the last day");
    }
    return window;
}

// The question about the accounts of a request, with what only the segment knows yet.
history::UsageQuestion question_of(HistoryScope& scope, tracker::Tracker tracker, tracker::Now now) {
    history::UsageQuestion question;
    question.accounts = scope.accounts();
    question.time_zone = scope.scoped.time_zone();
    question.prefers_stored_zone = scope.unseen.has_value();
    question.now = now.wall;
    question.recent.emplace(tracker::kAllAccounts, tracker.recent_quarters(0, now));
    if (!question.accounts.all) {
        for (const tracker::AccountUsage& usage : scope.scoped.usages()) {
            if (usage.index != 0) {
                question.recent.emplace(usage.name, tracker.recent_quarters(usage.index, now));
            }
        }
    }
    return question;
}

std::string name_of(const ScopedAccounts& accounts) {
    return accounts.single() == nullptr ? std::string(tracker::kAllAccounts) : *accounts.single();
}

json::object day_json(const history::DayFigures& day) {
    return json::object{
        {"date", date_text(day.date)},        {"max", number_or_null(day.max)},
        {"max_at", time_or_null(day.max_at)}, {"refused", day.refused},
        {"total", number_or_null(day.total)}, {"agents", number_or_null(day.agents)},
        {"complete", day.complete},
    };
}

// What the segment alone can tell; the days follow where the history can be read.
json::object usage_now(ScopedAccounts& accounts, tracker::Now now) {
    const UsageFigures figures = accounts.figures();
    return json::object{
        {"account", name_of(accounts)}, {"time_zone", history::TimeZone(accounts.time_zone()).name()},
        {"current", figures.current},   {"total", number_or_null(figures.total)},
        {"agents", figures.agents},     {"untracked", figures.untracked},
        {"daily_average", nullptr},     {"daily_max", nullptr},
        {"days", json::array()},        {"generated_at", time_text(now.wall)},
    };
}

json::object usage_json(ScopedAccounts& accounts, const history::UsageAnswer& answer, tracker::Now now) {
    json::object usage = usage_now(accounts, now);
    json::array days;
    for (const history::DayFigures& day : answer.days) {
        days.push_back(day_json(day));
    }
    usage["time_zone"] = answer.time_zone;
    usage["daily_average"] = number_or_null(answer.summary.daily_average);
    usage["daily_max"] = number_or_null(answer.summary.daily_max);
    usage["days"] = std::move(days);
    return usage;
}

struct PeakAnswer {
    std::string time_zone;
    history::DayFigures day;
    std::uint64_t sequence = 0;  // of the maximum that the pages are about
    history::SessionPage page;
};

PeakAnswer read_peak(history::Connection& connection, const history::UsageQuestion& usage,
                     history::SessionQuestion sessions) {
    history::UsageAnswer days = read_usage(connection, usage);
    PeakAnswer answer{days.time_zone, days.days.front(), sessions.sequence, {}};
    if (answer.sequence == 0) {
        answer.sequence = answer.day.max_sequence;
    }
    if (answer.sequence != 0) {
        sessions.sequence = answer.sequence;
        answer.page = read_sessions(connection, sessions);
    }
    return answer;
}

}  // namespace

Handled handle_usage(const Request& request, const ListFormat& format, const Access& access,
                     tracker::Tracker tracker, history::Reader* history) {
    const Query query = Query::parse(request.query, kUsageParameters);
    HistoryScope scope(access, query.find("account"), tracker);
    const auto window = window_of(query, scope.scoped.time_zone(), request.now.wall);
    if (history == nullptr) {
        scope.require_known();
        return {format.answer(usage_now(scope.scoped, request.now), "days", kDayColumns, request.now.wall),
                nullptr};
    }
    history::UsageQuestion question = question_of(scope, tracker, request.now);
    question.window = window;
    auto answer = ask_history(*history, scope.unseen,
                              [question = std::move(question)](history::Connection& connection) {
                                  return read_usage(connection, question);
                              });
    const bool is_unseen = scope.unseen.has_value();
    auto render = [accounts = scope.scoped, format](const history::UsageAnswer& usage,
                                                    tracker::Now now) mutable {
        return format.answer(usage_json(accounts, usage, now), "days", kDayColumns, now.wall);
    };
    auto unanswered = [accounts = scope.scoped, format, is_unseen, context = ProblemContext(request)](
                          const Refusal& refusal, tracker::Now now) mutable {
        if (is_unseen) {
            return problem_response(refusal, context);
        }
        Response response = format.answer(usage_now(accounts, now), "days", kDayColumns, now.wall);
        response.log = refusal.log;
        return response;
    };
    return {std::nullopt, make_history_task(std::move(answer), std::move(render), std::move(unanswered))};
}

std::unique_ptr<Task> make_minutes_task(const Request& request, const ListFormat& format,
                                        const Access& access, tracker::Tracker tracker,
                                        history::Reader* history) {
    const Query query = Query::parse(request.query, kMinutesParameters);
    HistoryScope scope(access, query.find("account"), tracker);
    const Day day = required_date_of(query, "day");
    history::Reader& reader = require_history(history);
    auto answer =
        ask_history(reader, scope.unseen,
                    [question = question_of(scope, tracker, request.now),
                     day](history::Connection& connection) { return read_curve(connection, question, day); });
    return make_history_task(
        std::move(answer), request,
        [account = name_of(scope.scoped), day, format](const history::CurveAnswer& curve, tracker::Now now) {
            json::array max;
            json::array rows;
            tracker::WallTime start = curve.start;
            for (const auto& value : curve.max) {
                max.push_back(number_or_null(value));
                if (format.is_csv()) {
                    rows.push_back(json::object{{"start", time_text(start)}, {"max", number_or_null(value)}});
                }
                start += curve.step;
            }
            if (format.is_csv()) {
                return format.answer(json::object{{"rows", std::move(rows)}}, "rows", kMinuteColumns,
                                     now.wall);
            }
            return json_response(json::object{
                {"account", account},
                {"time_zone", curve.time_zone},
                {"day", date_text(day)},
                {"start", time_text(curve.start)},
                {"step", curve.step.count()},
                {"max", std::move(max)},
                {"total", number_or_null(curve.total)},
                {"generated_at", time_text(now.wall)},
            });
        });
}

std::unique_ptr<Task> make_peak_task(const Request& request, const ListFormat& format, const Access& access,
                                     tracker::Tracker tracker, history::Reader* history) {
    const Query query = Query::parse(request.query, kPeakParameters);
    HistoryScope scope(access, query.find("account"), tracker);
    const Day date = required_date_of(query, "date");
    const HistoryCursor cursor("usage/peak", query);
    history::Reader& reader = require_history(history);

    history::UsageQuestion usage = question_of(scope, tracker, request.now);
    usage.window = history::Window{date, date};
    history::SessionQuestion sessions;
    sessions.accounts = usage.accounts;
    sessions.which = history::SessionsThat::were_in_maximum;
    sessions.limit = limit_of(query);
    if (cursor.bounds()) {
        sessions.sequence = cursor.bounds()->sequence;
        sessions.after =
            history::SessionPlace{cursor.place()->at, {cursor.place()->high, cursor.place()->low}};
    }
    auto answer =
        ask_history(reader, scope.unseen,
                    [usage = std::move(usage), sessions = std::move(sessions)](
                        history::Connection& connection) { return read_peak(connection, usage, sessions); });
    return make_history_task(
        std::move(answer), request,
        [account = name_of(scope.scoped), date, cursor, format, tracker](const PeakAnswer& peak,
                                                                         tracker::Now now) {
            json::array rows;
            for (const history::StoredSession& session : peak.page.sessions) {
                rows.push_back(history_session_json(session, tracker, now));
            }
            json::object list{
                {"account", account},
                {"time_zone", peak.time_zone},
                {"date", date_text(date)},
                {"max", number_or_null(peak.day.max)},
                {"max_at", time_or_null(peak.day.max_at)},
                {"sessions", std::move(rows)},
                {"next", nullptr},
                {"generated_at", time_text(now.wall)},
            };
            if (const auto& last = peak.page.next) {
                HistoryBounds bounds;
                bounds.sequence = peak.sequence;
                list["next"] = cursor.next(bounds, {last->at, last->key.high, last->key.low});
            }
            return format.answer(std::move(list), "sessions", kHistoryColumns, now.wall);
        });
}

}  // namespace agent_sessions::admin
