// Names of accounts.
#pragma once

#include <string_view>

namespace agent_sessions::tracker {

// Whose sessions are that name no account.
inline constexpr std::string_view kDefaultAccount = "default";
// All accounts together, and so the name of none.
inline constexpr std::string_view kAllAccounts = "*";

// The account that a session belongs to whose account is given as `name`.
constexpr std::string_view account_or_default(std::string_view name) noexcept {
    return name.empty() || name == kAllAccounts ? kDefaultAccount : name;
}

}  // namespace agent_sessions::tracker
