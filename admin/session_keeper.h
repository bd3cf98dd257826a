// Takes back that sessions are to end when their agents have finished.
// Thread safety: none; belongs to one task.
#pragma once

#include "admin/session_act.h"

namespace agent_sessions::admin {

class SessionKeeper final : public SessionAct {
  public:
    using SessionAct::SessionAct;

    Outcome on_found(tracker::SessionKey key, tracker::Now now) override;
};

}  // namespace agent_sessions::admin
