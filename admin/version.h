// What the API answers when asked who it is.
#pragma once

#include <string_view>

namespace agent_sessions::admin {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr int kApiVersion = 1;

}  // namespace agent_sessions::admin
