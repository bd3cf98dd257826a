// GET health: is the session table able to do its work?
// Thread safety: every function may be called from anywhere.
#pragma once

#include "admin/message.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// 200 {"status":"ok","reasons":[]}, or 503 {"status":"failing","reasons":[…]}: keys_missing, table_full,
// texts_full, state_unusable, history_failing, history_behind, audit_full. With the scope "*" also the
// figures behind it: they count every account's sessions. `has_keys` is Request::has_keys.
Response health_response(const tracker::Tracker::Figures& figures, const tracker::HistoryStatus& history,
                         bool has_keys, bool with_figures, tracker::Now now);

}  // namespace agent_sessions::admin
