// Finds a person's name in words that somebody wrote, and puts a pseudonym in its place.
//
// A name counts where it stands as a word of its own: "ann" is in "for Ann, ann." twice, and not in "annex".
// The case of ASCII letters does not matter. Thread safety: pure. Cost: O(bytes of the text * of the name).
#pragma once

#include <span>
#include <string_view>

namespace agent_sessions::tracker {

bool mentions(std::string_view text, std::string_view name) noexcept;

// The text with each mention replaced, in `room`; where that is too small, the end is left out, at a boundary
// of UTF-8. Lives as long as `room`.
std::string_view replace_mentions(std::string_view text, std::string_view name, std::string_view pseudonym,
                                  std::span<char> room) noexcept;

}  // namespace agent_sessions::tracker
