// Does a change come from our own page, or from no browser at all?
// Sources: Fetch Metadata (Sec-Fetch-Site), RFC 6454 (Origin), ASVS 5.0 3.5.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <string_view>

#include "admin/message.h"

namespace agent_sessions::admin {

// The first header that is there decides:
// 1. Sec-Fetch-Site: same-origin and nothing else;
// 2. Origin: host and port are those of Host. The scheme does not count (a balancer may end TLS): a port that
// Host
//    leaves out is the default one of Origin's scheme. "null" is never ours;
// 3. neither: not a browser of today, so there is no cookie or login that a foreign page could ride on.
bool is_same_origin(const Request& request);

// As in 2.
bool origin_matches_host(std::string_view origin, std::string_view host);

}  // namespace agent_sessions::admin
