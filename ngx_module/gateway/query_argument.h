// An argument of a query, as nginx's $arg_NAME reads it, at a fraction of its cost: nginx looks for the name
// at every byte. Thread safety: pure. Cost: O(bytes), no allocation.
#pragma once

#include <string_view>

namespace agent_sessions::gateway {

// The raw value of the first argument of that name, whatever its case; empty where there is none. REQUIRES:
// `name` is in lower case and not empty.
std::string_view find_argument(std::string_view query, std::string_view name) noexcept;

}  // namespace agent_sessions::gateway
