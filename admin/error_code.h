// The stable codes of problem documents. Clients depend on the words: append only, never reuse one.
// Thread safety: constant data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace agent_sessions::admin {

enum class ErrorCode : std::uint8_t {
    // Who may
    role_missing,
    account_missing,
    read_only,
    role_insufficient,
    cross_site,
    too_early,
    // What there is
    not_found,
    account_not_found,
    session_not_found,
    method_not_allowed,
    // Queries
    invalid_query,
    unknown_parameter,
    repeated_parameter,
    invalid_parameter,
    sort_not_supported,
    invalid_cursor,
    // Bodies
    unsupported_media_type,
    body_too_large,
    invalid_json,
    unknown_member,
    missing_member,
    invalid_member,
    // State
    count_changed,
    busy,
    unavailable,
    history_unavailable,
    internal_error,
};

struct ErrorFacts {
    ErrorCode code;
    int status;
    std::string_view name;
    std::string_view title;
};

inline constexpr std::array kErrors{
    ErrorFacts{ErrorCode::role_missing, 403, "role_missing", "No role is given to you here"},
    ErrorFacts{ErrorCode::account_missing, 403, "account_missing", "No account is given to you here"},
    ErrorFacts{ErrorCode::read_only, 403, "read_only", "This endpoint is read-only"},
    ErrorFacts{ErrorCode::role_insufficient, 403, "role_insufficient", "Your role may not do this"},
    ErrorFacts{ErrorCode::cross_site, 403, "cross_site", "Changes from other sites are refused"},
    ErrorFacts{ErrorCode::too_early, 425, "too_early", "Early data changes nothing"},
    ErrorFacts{ErrorCode::not_found, 404, "not_found", "There is nothing here"},
    ErrorFacts{ErrorCode::account_not_found, 404, "account_not_found", "There is no such account"},
    ErrorFacts{ErrorCode::session_not_found, 404, "session_not_found", "There is no such session"},
    ErrorFacts{ErrorCode::method_not_allowed, 405, "method_not_allowed", "This method does not work here"},
    ErrorFacts{ErrorCode::invalid_query, 400, "invalid_query", "The query cannot be read"},
    ErrorFacts{ErrorCode::unknown_parameter, 400, "unknown_parameter", "A parameter is unknown"},
    ErrorFacts{ErrorCode::repeated_parameter, 400, "repeated_parameter", "A parameter is given twice"},
    ErrorFacts{ErrorCode::invalid_parameter, 400, "invalid_parameter",
               "The value of a parameter is not valid"},
    ErrorFacts{ErrorCode::sort_not_supported, 400, "sort_not_supported", "The list cannot be sorted by this"},
    ErrorFacts{ErrorCode::invalid_cursor, 400, "invalid_cursor", "The cursor does not fit"},
    ErrorFacts{ErrorCode::unsupported_media_type, 415, "unsupported_media_type", "The body must be JSON"},
    ErrorFacts{ErrorCode::body_too_large, 413, "body_too_large", "The body is too large"},
    ErrorFacts{ErrorCode::invalid_json, 400, "invalid_json", "The body cannot be read"},
    ErrorFacts{ErrorCode::unknown_member, 400, "unknown_member", "A member of the body is unknown"},
    ErrorFacts{ErrorCode::missing_member, 400, "missing_member", "A member of the body is missing"},
    ErrorFacts{ErrorCode::invalid_member, 400, "invalid_member", "A member of the body is not valid"},
    ErrorFacts{ErrorCode::count_changed, 409, "count_changed", "The number of sessions has changed"},
    ErrorFacts{ErrorCode::busy, 503, "busy", "The session table is busy"},
    ErrorFacts{ErrorCode::unavailable, 503, "unavailable", "The session table is not there"},
    ErrorFacts{ErrorCode::history_unavailable, 503, "history_unavailable", "The history cannot be read"},
    ErrorFacts{ErrorCode::internal_error, 500, "internal_error", "Something went wrong here"},
};

constexpr const ErrorFacts& facts_of(ErrorCode code) {
    return kErrors[static_cast<std::size_t>(code)];
}

static_assert(
    [] {
        for (std::size_t index = 0; index < kErrors.size(); ++index) {
            if (static_cast<std::size_t>(kErrors[index].code) != index) {
                return false;
            }
        }
        return kErrors.back().code == ErrorCode::internal_error;
    }(),
    "kErrors lists every code, in order");

}  // namespace agent_sessions::admin
