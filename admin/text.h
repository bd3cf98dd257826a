// UTF-8 in and out. Names come from request headers, so any bytes are possible; those of accounts are
// kept as they came.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agent_sessions::admin {

bool is_valid_utf8(std::string_view text) noexcept;

// The text as it is shown and searched: whatever is not UTF-8 becomes U+FFFD.
std::string valid_text(std::string_view text);

// C0, DEL and C1. REQUIRES: valid UTF-8.
bool has_control_characters(std::string_view text) noexcept;

// Whether valid_text(text) == valid. Cheap where the text is ASCII, or valid at all.
bool reads_as(std::string_view text, std::string_view valid);

// For comparing without regard to case: valid text with every letter in lower case (one to one, so "ß"
// stays).
std::string folded(std::string_view text);
// Whether folded(text) contains `part`, and how it compares to `other`; both are folded already. Cheap where
// the text is ASCII.
bool contains_folded(std::string_view text, std::string_view part);
int compare_folded(std::string_view text, std::string_view other);

}  // namespace agent_sessions::admin
