// Cookies that an application may read otherwise than we do. A session that was ended must not go on under a
// spelling of its cookie that only the application understands.
//
// Sources: RFC 6265 4.1.1 and 5.2; PHP drops what isspace() says before a name, makes `.`, blank and `[` in
// it
// `_`, and cuts a session's id at NUL; older Node parsers trim NBSP and take off a lone quotation mark;
// Python's http.cookies decodes `\ooo` and splits at blanks; RFC 2109 splits at commas. Thread safety: pure.
#pragma once

#include <string_view>

namespace agent_sessions::gateway {

// Whether a Cookie line has anything that is not read alike everywhere, and may be, or hide, the cookie of
// that name. Cost: O(bytes of the line).
bool is_ambiguous(std::string_view line, std::string_view name) noexcept;

}  // namespace agent_sessions::gateway
