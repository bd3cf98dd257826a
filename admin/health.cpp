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

Response health_response(const tracker::Tracker::Figures& figures, bool with_figures) {
    json::array reasons;
    if (figures.live >= figures.capacity || figures.live + figures.ended >= figures.slots) {
        reasons.emplace_back("table_full");
    }
    if (figures.free_blocks == 0) {
        reasons.emplace_back("texts_full");
    }
    const bool healthy = reasons.empty();
    json::object health{
        {"status", healthy ? "ok" : "failing"},
        {"reasons", std::move(reasons)},
    };
    if (with_figures) {
        health["figures"] = figures_json(figures);
    }
    return json_response(health, healthy ? 200 : 503);
}

}  // namespace agent_sessions::admin
