#include "admin/problem.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "admin/answer.h"
#include "admin/json_text.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

json::array errors_of(const Refusal& refusal) {
    json::array errors;
    for (const FieldError& error : refusal.errors) {
        json::object entry;
        if (error.source == Source::query) {
            entry["parameter"] = error.name;
        } else {
            entry["pointer"] = "#" + error.name;
        }
        entry["detail"] = error.detail;
        errors.push_back(std::move(entry));
    }
    return errors;
}

}  // namespace

Refusal refusal_of(ErrorCode code, std::string detail, std::vector<FieldError> errors) {
    Refusal refusal;
    refusal.code = code;
    refusal.detail = std::move(detail);
    refusal.errors = std::move(errors);
    return refusal;
}

Refusal invalid_field(Source source, std::string_view name, std::string_view why) {
    const bool in_query = source == Source::query;
    const std::string shown = valid_text(name);
    return refusal_of(in_query ? ErrorCode::invalid_parameter : ErrorCode::invalid_member,
                      (in_query ? "Parameter \"" : "Member \"") + shown + "\" " + std::string(why) + ".",
                      {{source, shown, std::string(why)}});
}

Response problem_response(const Refusal& refusal, const ProblemContext& context) {
    const ErrorFacts& facts = facts_of(refusal.code);
    json::object document{
        {"type", "urn:agent-sessions:problem:" + std::string(facts.name)},
        {"title", facts.title},
        {"status", facts.status},
        {"detail", refusal.detail.empty() ? std::string(facts.title) + "." : refusal.detail},
        {"instance", context.instance},
        {"code", facts.name},
    };
    if (!context.request_id.empty()) {
        document["request_id"] = context.request_id;
    }
    if (refusal.count) {
        document["count"] = *refusal.count;
    }
    if (!refusal.errors.empty()) {
        document["errors"] = errors_of(refusal);
    }
    Response response = api_response(facts.status, kProblemMediaType);
    if (!refusal.allow.empty()) {
        response.headers.emplace_back("Allow", refusal.allow);
    }
    if (refusal.code == ErrorCode::busy) {
        response.headers.emplace_back("Retry-After", "1");
    }
    response.body = json_text(document);
    response.log = refusal.log;
    return response;
}

Response problem_response(ErrorCode code, const Request& request) {
    return problem_response(refusal_of(code), ProblemContext(request));
}

}  // namespace agent_sessions::admin
