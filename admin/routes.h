// Where the endpoint's requests go, below its location.
#pragma once

#include <string_view>

namespace agent_sessions::admin {

inline constexpr std::string_view kApi = "api/1/";
// Below kApi.
inline constexpr std::string_view kSessions = "sessions";
inline constexpr std::string_view kOneSession = "sessions/";
inline constexpr std::string_view kTerminate = "sessions/terminate";
inline constexpr std::string_view kKeep = "sessions/keep";
inline constexpr std::string_view kErase = "erase";

}  // namespace agent_sessions::admin
