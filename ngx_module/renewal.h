// A new cookie for a session whose agent becomes known, so that whoever planted or saw the earlier one is
// left behind at the login (ASVS 7.2.4). The row, its start and all that is open stay. For issued cookies
// only.
#pragma once

#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// The answer under way tells for the first time who the agent of the live session is: it brings another
// cookie. The earlier one goes on to lead to the session until 30 s after the new one was seen, so a lost
// answer costs nothing. Where the answer brings a cookie anyway or is a 304, where the table has no room or
// the zone is busy, the cookie stays. Cost: one HMAC.
void renew_cookie(Tracking& tracking);

// The answer names the agent once more, to a browser that still has the earlier cookie: as long as nobody has
// seen the new one, it is brought again. REQUIRES: the session was not seen with its own key.
void bring_unseen_cookie(Tracking& tracking);

}  // namespace agent_sessions::ngx
