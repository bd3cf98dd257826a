// JSON out, safe wherever it lands.
// Sources: RFC 8259; RELIABILITY S22: no byte of an answer can open a tag or end a script, should a page ever
// hold it. Thread safety: every function may be called from anywhere.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace agent_sessions::admin {

// The value as JSON: always valid UTF-8 (what is not becomes U+FFFD), with <, >, &, U+2028 and U+2029
// escaped.
std::string json_text(const boost::json::value& value);

}  // namespace agent_sessions::admin
