// Makes text from outside safe to put into HTML and JSON.
// Thread safety: pure. Cost: O(bytes). Throws std::bad_alloc only.
#pragma once

#include <string>
#include <string_view>

namespace agent_sessions::gateway {

// Both append to `out` and repair first: every ill-formed byte sequence (overlong, surrogate, cut, beyond
// U+10FFFF) becomes U+FFFD, one per maximal ill-formed part as Unicode 15 3.9 recommends; C0 and C1 controls
// except tab, line feed and carriage return become U+FFFD, too.

// For element content and quoted attribute values. Bidirectional controls are left out, so that nobody's
// words can turn ours around.
void append_html(std::string& out, std::string_view text);

// A JSON string, quotes included, that is safe inside HTML as well: `<`, `>`, `&`, U+2028 and U+2029 become
// escapes.
void append_json(std::string& out, std::string_view text);

}  // namespace agent_sessions::gateway
