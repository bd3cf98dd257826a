// Sessions of the application's own cookies (PRODUCT 6): what those that come are worth, what becomes of them
// with the answer. May throw std::bad_alloc.
#pragma once

#include "ngx_module/adopted_cookies.h"
#include "ngx_module/gateway/decision.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// Judges all adopted cookies of the request, enters the one that counts into the state, and says what
// decide() asks of it. One that was closed counts before all others, until its agent has reactivated: from
// then on it is stripped, where a live one comes with it or where the application has not set a new one yet.
// Else the first live one counts, else the first that ran out, else the first. What is live is touched where
// `touching`.
gateway::RequestFacts judge_adopted(Tracking& tracking, bool touching);

// A cookie that came, by the name of its value, and what it is worth.
struct Presented {
    tracker::Found found;
    tracker::SessionKey key;
};

// What the adopted cookies of a request that is not tracked itself are worth, by the same rules; `busy` =
// that can't be told now. Changes nothing.
Presented find_adopted(const ngx_http_request_t& request, const CookieConfiguration& configuration,
                       ZoneWorker& worker, tracker::Now now);

// The agent has reactivated with this request: it goes on without the closed cookies. REQUIRES: the
// reactivation of the state's session is used up.
void await_new_cookie(Tracking& tracking);

// Uses up the reactivation of every closed session whose cookie the request brings; one act of the agent's is
// enough for all.
void reactivate_all(Tracking& tracking);

// Carries out what was planned, now that it is known which cookies the application sets or clears.
void settle_adopted(Tracking& tracking, gateway::Action settled, const gateway::AnswerFacts& facts);

// Another agent on the same cookie: the session ends as by a logout, and one begins for the other.
void begin_for_another(Tracking& tracking, std::string_view agent);

}  // namespace agent_sessions::ngx
