#include "admin/session_json.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "admin/answer.h"
#include "admin/json_values.h"
#include "admin/session_filter.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

json::value ending_json(const tracker::Row& row) {
    if (!row.pending_end) {
        return nullptr;
    }
    const tracker::PendingEnd& end = *row.pending_end;
    return json::object{
        {"since", time_text(end.since)},
        {"until", end.until ? json::value(seen_text(*end.until, end.since)) : json::value(nullptr)},
        {"by", text_or_null(end.by)},
        {"message", text_or_null(end.message)},
    };
}

}  // namespace

json::object session_json(const tracker::Row& row, const SessionContext& context) {
    json::array interactions(row.interactions.begin(), row.interactions.end());
    return json::object{
        {"ref", tracker::to_ref(row.key)},
        {"account", context.account},
        {"time_zone", context.time_zone},
        {"label", text_or_null(row.label)},
        {"agent", text_or_null(row.agent)},
        {"started", time_text(row.started)},
        {"last_seen", seen_text(row.last_seen, row.started)},
        {"interactions", std::move(interactions)},
        {"instances", row.instances},
        {"address", text_or_null(row.address)},
        {"user_agent", text_or_null(row.user_agent)},
        {"state", state_of(row)},
        {"ending", ending_json(row)},
        {"own", context.own},
    };
}

json::object detailed_session_json(const tracker::Row& row, const SessionContext& context) {
    json::array instances;
    for (const tracker::Instance& instance : row.details) {
        instances.push_back(json::object{
            {"name", text_or_null(instance.name)},
            {"opened", time_text(instance.opened)},
            {"last_seen", seen_text(instance.last_seen, instance.opened)},
        });
    }
    json::object session = session_json(row, context);
    session["requests"] = row.requests ? json::value(*row.requests) : json::value(nullptr);
    session["open_instances"] = std::move(instances);
    return session;
}

}  // namespace agent_sessions::admin
