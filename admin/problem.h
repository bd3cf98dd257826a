// Refusals and how they are told: RFC 9457 problem documents.
//
// Inside admin/ a refusal is thrown; handle() and the tasks catch it and answer with it. Nothing else is
// thrown on purpose. Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/error_code.h"
#include "admin/message.h"

namespace agent_sessions::admin {

// Where a value came from, which decides how an error about it is told.
enum class Source : std::uint8_t { query, body };

// What is wrong with one field. `name` is a parameter of the query, or a JSON pointer into the body
// ("/filter/q").
struct FieldError {
    Source source = Source::query;
    std::string name;
    std::string detail;
};

struct Refusal {
    ErrorCode code = ErrorCode::internal_error;
    std::string detail;
    std::vector<FieldError> errors;
    std::optional<std::uint64_t> count;  // member `count` of count_changed
    std::string allow;                   // header Allow of method_not_allowed
    std::string log;                     // Response::log
};

// `detail` is a sentence or more; empty = the title of the code says it all.
Refusal refusal_of(ErrorCode code, std::string detail = {}, std::vector<FieldError> errors = {});

// The value of one field is not valid: invalid_parameter or invalid_member.
Refusal invalid_field(Source source, std::string_view name, std::string_view why);

// What a problem document says of its request; kept by tasks, which outlive the request's views.
struct ProblemContext {
    explicit ProblemContext(const Request& request)
        : instance(request.path), request_id(request.request_id) {}

    std::string instance;
    std::string request_id;
};

Response problem_response(const Refusal& refusal, const ProblemContext& context);

// For the caller of handle() as well: body_too_large for a body it did not read.
Response problem_response(ErrorCode code, const Request& request);

// internal_error for the caller of handle() and of its tasks, where it caught something. It says nothing of
// the request, since making that text could fail as well.
inline constexpr std::string_view kProblemMediaType = "application/problem+json";
inline constexpr std::string_view kInternalErrorBody =
    R"({"type":"urn:agent-sessions:problem:internal_error","title":"Something went wrong here","status":500,)"
    R"("detail":"The server's error log says what.","code":"internal_error"})";

}  // namespace agent_sessions::admin
