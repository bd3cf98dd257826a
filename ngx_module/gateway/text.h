// Makes text from outside safe to put into HTML and JSON.
// Thread safety: pure. Cost: O(bytes). Throws std::bad_alloc only.
#pragma once

#include <string>
#include <string_view>

namespace agent_sessions::gateway {

// Every ill-formed byte sequence (overlong, surrogate, cut, beyond U+10FFFF) becomes U+FFFD, one per maximal
// ill-formed part as Unicode 15 3.9 recommends; C0 and C1 controls except tab and line feed become U+FFFD,
// too.
std::string repair_utf8(std::string_view text);

// For element content and quoted attribute values. Repairs first; bidirectional controls are left out, so
// that nobody's words can turn ours around.
std::string escape_html(std::string_view text);

// Makes serialised JSON safe inside HTML as well: `<`, `>`, `&`, U+2028 and U+2029 become escapes. REQUIRES:
// `json` is well-formed, so that these characters stand in strings only.
std::string escape_json(std::string_view json);

}  // namespace agent_sessions::gateway
