// The body of POST api/1/erase: {"agent": NAME, "account": NAME}, the account left out for all in scope.
// Thread safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent_sessions::admin {

struct EraseRequest {
    std::string agent;  // never empty
    std::optional<std::string> account;
};

// Throws Refusal: invalid_json, unknown_member, missing_member, invalid_member.
EraseRequest parse_erase_request(std::string_view body);

}  // namespace agent_sessions::admin
