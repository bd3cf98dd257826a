// GET health: is the session table able to do its work?
// Thread safety: every function may be called from anywhere.
#pragma once

#include "admin/message.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// 200 {"status":"ok","reasons":[]}, or 503 {"status":"failing","reasons":["table_full" and/or "texts_full"]}.
// With the scope "*" also the figures behind it: they count every account's sessions.
Response health_response(const tracker::Tracker::Figures& figures, bool with_figures);

}  // namespace agent_sessions::admin
