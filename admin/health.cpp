#include "admin/health.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <utility>

#include "admin/answer.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

// In the order of tracker::Untracked.
constexpr std::array<std::string_view, tracker::kUntrackedCauses> kCauses{"no_cookie", "table_full",
                                                                          "accounts_full", "busy", "other"};

// Events are on disk within half a second; longer means that something is in the way.
constexpr tracker::Millis kBehind{3'000};

std::string_view to_string(tracker::HistoryState state) {
    switch (state) {
        case tracker::HistoryState::none:
            return "none";
        case tracker::HistoryState::writing:
            return "writing";
        case tracker::HistoryState::busy:
            return "busy";
        case tracker::HistoryState::failing:
            return "failing";
        case tracker::HistoryState::unusable:
            return "unusable";
    }
    return "none";
}

void judge_history(const tracker::HistoryStatus& history, tracker::Now now, json::array& reasons) {
    using tracker::HistoryState;
    if (history.state == HistoryState::unusable) {
        reasons.emplace_back("state_unusable");
    } else if (history.state == HistoryState::failing) {
        reasons.emplace_back("history_failing");
    }
    const bool has_unwritten = history.latest_sequence > history.committed_sequence ||
                               history.unsaved_acts != 0 || history.state != HistoryState::writing;
    if (history.state != HistoryState::none && has_unwritten && now.boot - history.last_commit > kBehind) {
        reasons.emplace_back("history_behind");
    }
    if (history.act_room != 0 && history.unsaved_acts >= history.act_room) {
        reasons.emplace_back("audit_full");
    }
}

json::object history_json(const tracker::HistoryStatus& history) {
    return json::object{
        {"state", to_string(history.state)},       {"error", history.error},
        {"latest_event", history.latest_sequence}, {"written_event", history.committed_sequence},
        {"unwritten_acts", history.unsaved_acts},  {"lost", history.lost},
    };
}

json::object figures_json(const tracker::Tracker::Figures& figures) {
    json::object untracked;
    for (std::size_t cause = 0; cause < kCauses.size(); ++cause) {
        untracked[kCauses[cause]] = figures.untracked[cause];
    }
    return json::object{
        {"capacity", figures.capacity},
        {"live", figures.live},
        {"ended", figures.ended},
        {"free_text_blocks", figures.free_blocks},
        {"dropped_details", figures.dropped_details},
        {"recoveries", figures.recoveries},
        {"created", time_text(figures.created)},
        {"untracked", std::move(untracked)},
    };
}

}  // namespace

Response health_response(const tracker::Tracker::Figures& figures, const tracker::HistoryStatus& history,
                         bool has_keys, bool with_figures, tracker::Now now) {
    json::array reasons;
    if (!has_keys) {
        reasons.emplace_back("keys_missing");
    }
    if (figures.live >= figures.capacity || figures.live + figures.ended >= figures.slots) {
        reasons.emplace_back("table_full");
    }
    if (figures.free_blocks == 0) {
        reasons.emplace_back("texts_full");
    }
    judge_history(history, now, reasons);
    const bool healthy = reasons.empty();
    json::object health{
        {"status", healthy ? "ok" : "failing"},
        {"reasons", std::move(reasons)},
    };
    if (with_figures) {
        health["figures"] = figures_json(figures);
        health["history"] = history_json(history);
    }
    return json_response(health, healthy ? 200 : 503);
}

}  // namespace agent_sessions::admin
