// URLs around the reactivation: the mark in the query, the clean URL, the link of the button.
// All inputs are the raw request target's parts, as sent. All results are path-absolute ("/a?b=c"), safe in a
// Location header and never a way to another host: leading slashes and backslashes become one slash, and
// bytes that no URL may hold are percent-encoded. Thread safety: pure. Cost: O(bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent_sessions::gateway {

inline constexpr std::string_view kMarkParameter = "agent_session_reactivate";

// The mark's value; the first one where there are several. nullopt = the parameter is absent.
std::optional<std::string_view> find_mark(std::string_view query) noexcept;

// The query without the parameter (every occurrence), all else byte for byte.
std::string strip_mark(std::string_view query);

// Where the redirect after a reactivation goes.
std::string clean_url(std::string_view path, std::string_view query);

// Where the button goes: the clean URL plus the mark.
std::string reactivation_url(std::string_view path, std::string_view query, std::string_view mark);

// Where the button of a POST and the link for a script go: by GET to the page that holds the form or made the
// call, which is the Referer if that is one of this host (PRODUCT 5: "the flow's page"), else the request's
// own path without its query.
std::string reactivation_url_of_page(std::string_view path, std::string_view host,
                                     std::optional<std::string_view> referer, std::string_view mark);

// For note_message_shown() and was_message_shown(): the same with and without a mark. Never 0.
std::uint32_t url_hash(std::string_view host, std::string_view path, std::string_view query) noexcept;

}  // namespace agent_sessions::gateway
