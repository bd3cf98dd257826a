// Finds a person's name in words that somebody wrote, and puts a pseudonym in its place.
//
// A name counts where it stands as a word of its own: "ann" is in "for Ann, ann." twice, and not in "annex".
// Case does not matter, in any script that the C library knows. Thread safety: pure.
// Cost: O(bytes of the text * of the name).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace agent_sessions::tracker {

// Where a name counts.
enum class Within : std::uint8_t {
    text,    // anywhere
    quotes,  // in the values between quotation marks, theirs doubled: the rest is not what people wrote
};

bool mentions(std::string_view text, std::string_view name, Within within = Within::text) noexcept;

// The text with each mention replaced, in `room`; where that is too small, the end is left out, at a boundary
// of UTF-8; in quotes, "…" then stands for each whole value that mentions the name. Lives as long as `room`.
std::string_view replace_mentions(std::string_view text, std::string_view name, std::string_view pseudonym,
                                  std::span<char> room, Within within = Within::text) noexcept;

}  // namespace agent_sessions::tracker
