// Conditional reads: every answer of the API to a read has an entity tag, and whoever brings the tag of the
// answer that would come gets 304 instead.
//
// The tag is made of the answer itself, but for the instant at which it was generated. So it is true whatever
// an answer depends on: a last activity, which no counter of changes sees, an idle time, a role or another
// time zone. What is saved is the way to the client and the client's work, not the pass over the table.
// Sources: RFC 9110 (8.8.3 ETag, 13.1.2 If-None-Match). Thread safety: every function may be called from
// anywhere.
#pragma once

#include <string_view>

#include "admin/handle.h"
#include "admin/message.h"

namespace agent_sessions::admin {

// Does a list of entity tags, or "*", name this one? Compared weakly.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

// A 200 gets its tag, or becomes a 304; any other answer stays as it is, and so does one that has a tag
// already. Cost: one SHA-256 of the body.
Response conditional(Response answer, std::string_view if_none_match);

// The same for what handle() gives, at once or when the task has come to its end.
Handled conditional(Handled handled, std::string_view if_none_match);

}  // namespace agent_sessions::admin
