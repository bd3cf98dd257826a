// What the script in an agent's page is answered, but for the message about an ended session, which is that
// of any script call (ended_message.h). Thread safety: pure. Throws std::bad_alloc only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ngx_module/gateway/ended_message.h"
#include "tracker/types.h"

namespace agent_sessions::gateway {

// agent_sessions_client, as far as the script is told of it.
struct ClientTimes {
    tracker::Millis heartbeat{};
    tracker::Millis warn{};  // before the session runs out for want of activity; zero = never
};

// Where an admin lets the agent finish.
struct ClientEnding {
    std::optional<tracker::Millis> left{};  // until it ends anyway; nullopt = no limit
    std::string_view message{};             // the admin's words; empty = none
};

// {"state":"active",…}: with the whole seconds that the session has left without (idle_in) and whatever its
// agent does (ends_in), and where it is to end {"ending":{"in":…,"message":…}}.
Answer live_client_answer(const tracker::TimeLeft& left, const ClientTimes& times,
                          const std::optional<ClientEnding>& ending = std::nullopt);

// {"state":"none",…}: the cookie names no session, so there is nothing to act on.
Answer no_session_client_answer(const ClientTimes& times);

enum class ClientRefusal : std::uint8_t {
    origin_not_allowed,  // 403
    method_not_allowed,  // 405
    body_too_large,      // 413
    invalid_beacon,      // 400
};

// RFC 9457. `detail` is a sentence; empty = there is one for each. It must need no escaping in JSON.
Answer client_refusal_answer(ClientRefusal refusal, std::string_view detail = {});

}  // namespace agent_sessions::gateway
